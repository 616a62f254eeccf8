using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Oci.Credentials;

internal sealed record WireAuth(
    [property: JsonPropertyName("auth")] string? Auth,
    [property: JsonPropertyName("username")] string? UserName,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("identitytoken")] string? IdentityToken);

internal sealed record WireAuthFile(
    [property: JsonPropertyName("auths")] Dictionary<string, WireAuth?>? Auths,
    [property: JsonPropertyName("credHelpers")] Dictionary<string, string?>? CredHelpers,
    [property: JsonPropertyName("credsStore")] string? CredsStore);

internal sealed record WireHelperAnswer(
    [property: JsonPropertyName("Username")] string? UserName,
    [property: JsonPropertyName("Secret")] string? Secret);

[JsonSerializable(typeof(WireAuthFile))]
[JsonSerializable(typeof(WireHelperAnswer))]
internal sealed partial class CredentialJson : JsonSerializerContext;

/// <summary>docker's config.json or podman's auth.json: which helper to ask for a registry, and what is written in the file itself.</summary>
internal sealed class AuthFile
{
    private const int SizeBytesMax = 4 << 20;
    private readonly WireAuthFile _wire;

    private AuthFile(WireAuthFile wire) => _wire = wire;

    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="IOException">It cannot be read or is too large.</exception>
    /// <exception cref="JsonException">It is not such a file.</exception>
    public static async ValueTask<AuthFile?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous, BufferSize = 0 });
            await using (file.ConfigureAwait(false))
            {
                if (file.Length > SizeBytesMax)
                {
                    throw new IOException($"larger than {SizeBytesMax} bytes");
                }

                var json = new byte[file.Length];
                await file.ReadExactlyAsync(json, cancellationToken).ConfigureAwait(false);
                return new(JsonSerializer.Deserialize(json, CredentialJson.Default.WireAuthFile) ?? new(null, null, null));
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The X of docker-credential-X, and the name under which it knows the registry.</summary>
    public (string Name, string Server)? HelperFor(string registry)
    {
        foreach (var server in RegistryNames.Spellings(registry))
        {
            if (_wire.CredHelpers?.GetValueOrDefault(server) is { Length: > 0 } helper)
            {
                return (helper, server);
            }
        }

        return _wire.CredsStore is { Length: > 0 } store ? (store, RegistryNames.Spellings(registry)[0]) : null;
    }

    /// <summary>The most special entry: registry/a/b before registry/a before registry.</summary>
    public Credential? Find(string registry, string repository)
    {
        if (_wire.Auths is not { Count: > 0 } auths)
        {
            return null;
        }

        for (var name = $"{registry}/{repository}"; name.Length > registry.Length; name = name[..name.LastIndexOf('/')])
        {
            if (auths.GetValueOrDefault(name) is { } special && ToCredential(special) is { } found)
            {
                return found;
            }
        }

        foreach (var server in RegistryNames.Spellings(registry))
        {
            if (auths.GetValueOrDefault(server) is { } exact && ToCredential(exact) is { } found)
            {
                return found;
            }
        }

        foreach (var (key, auth) in auths)
        {
            if (auth is not null && RegistryNames.FromUrl(key) == registry && ToCredential(auth) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static Credential? ToCredential(WireAuth auth)
    {
        var (user, password) = (auth.UserName ?? "", auth.Password ?? "");
        if (auth.Auth is { Length: > 0 } encoded)
        {
            var bytes = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, bytes, out var length)
                || Encoding.UTF8.GetString(bytes, 0, length) is var pair && pair.IndexOf(':', StringComparison.Ordinal) is var colon && colon < 0)
            {
                return null;
            }

            (user, password) = (pair[..colon], pair[(colon + 1)..].TrimEnd('\0'));
        }

        return auth.IdentityToken is { Length: > 0 } token ? new(user, "", token)
            : user.Length > 0 ? new(user, password)
            : null;
    }
}
