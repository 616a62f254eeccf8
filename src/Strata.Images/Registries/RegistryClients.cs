using Strata.Oci.Credentials;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Images.Registries;

/// <summary>The clients of this process, made when first asked for. A quick one for questions that may stay without an answer.</summary>
internal sealed class RegistryClients(RegistryOptions options, TimeProvider time) : IDisposable
{
    private readonly Lazy<RegistryClient> _patient = new(() => new(options, new CredentialFiles(time), time));

    private readonly Lazy<RegistryClient> _quick = new(() => new(
        options with { RetriesMax = 0, ConnectTimeout = TimeSpan.FromSeconds(1), ResponseTimeout = TimeSpan.FromSeconds(2) }, new CredentialFiles(time), time));

    public RegistryClient Patient => _patient.Value;

    /// <summary>Tries once, and waits a second to connect.</summary>
    public RegistryClient Quick => _quick.Value;

    public bool UsedCredentials(Reference repository) =>
        (_patient.IsValueCreated && _patient.Value.UsedCredentials(repository)) || (_quick.IsValueCreated && _quick.Value.UsedCredentials(repository));

    public void Dispose()
    {
        DisposeIfMade(_patient);
        DisposeIfMade(_quick);
    }

    private static void DisposeIfMade(Lazy<RegistryClient> client)
    {
        if (client.IsValueCreated)
        {
            client.Value.Dispose();
        }
    }
}
