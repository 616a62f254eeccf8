using Strata.Metadata;

namespace Strata.Storage.Keys;

/// <summary>
/// The keys of a data directory: a root key (environment, or a file made on first use) wraps a key for each organization (in the database), which wraps the key of each
/// blob (in the blob's row). Opens nothing before it is asked. Safe for concurrent use.
/// </summary>
public sealed class KeyRing(string dataDirectory, Database database, TimeProvider time) : IDisposable
{
    /// <summary>32 bytes in base64 or hex.</summary>
    public const string RootKeyVariable = "STRATA_ROOT_KEY";

    /// <summary>The key of an organization, made when it has none yet.</summary>
    /// <exception cref="Core.Diagnostics.EnvironmentException">No root key can be read or made, or it is not the one that wrapped this organization's.</exception>
    public Task<OrgKey> GetAsync(string org, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{dataDirectory}{database}{time}{org}{cancellationToken}");

    public void Dispose()
    {
    }
}
