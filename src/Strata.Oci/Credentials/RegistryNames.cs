using Strata.Oci.References;

namespace Strata.Oci.Credentials;

/// <summary>A registry's names in credential files: docker's hub is known by the URL of its first protocol, others sometimes by a URL too.</summary>
internal static class RegistryNames
{
    private static readonly string[] DockerHub = ["https://index.docker.io/v1/", "docker.io", "index.docker.io", "registry-1.docker.io"];

    /// <summary>The one that helpers know first.</summary>
    public static string[] Spellings(string registry) => registry == Reference.DockerHub ? DockerHub : [registry];

    /// <summary><c>https://host:port/v2/</c> → <c>host:port</c>; a path without a scheme names a part of a registry and is left alone.</summary>
    public static string FromUrl(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            return key;
        }

        var rest = key[(scheme + 3)..];
        var host = (rest.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? rest[..slash] : rest).ToLowerInvariant();
        return Array.IndexOf(DockerHub, host) >= 0 ? Reference.DockerHub : host;
    }
}
