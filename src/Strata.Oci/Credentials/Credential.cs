namespace Strata.Oci.Credentials;

/// <summary>What proves who asks: a password, or an identity token to be exchanged for access tokens. Never printed.</summary>
public sealed record Credential(string UserName, string Password, string? IdentityToken = null)
{
    public override string ToString() => IdentityToken is null ? "user name and password" : "identity token";
}

/// <param name="Credential">Null = ask anonymously.</param>
/// <param name="Problem">Why there might have been one (a helper that failed), for the message if the registry then refuses. Null = nothing went wrong.</param>
public sealed record CredentialLookup(Credential? Credential, string? Problem = null)
{
    public static CredentialLookup None { get; } = new((Credential?)null);
}

/// <summary>Where credentials for registries come from.</summary>
public interface ICredentialSource
{
    /// <param name="registry">As in a reference.</param>
    /// <param name="repository">Some files hold credentials for a part of a registry.</param>
    ValueTask<CredentialLookup> FindAsync(string registry, string repository, CancellationToken cancellationToken);
}

/// <summary>Nobody logs in.</summary>
public sealed class AnonymousCredentials : ICredentialSource
{
    public ValueTask<CredentialLookup> FindAsync(string registry, string repository, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CredentialLookup.None);
}
