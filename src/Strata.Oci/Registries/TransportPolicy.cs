using System.Net;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>Where a registry is reached, and which URLs may be contacted without encryption. Pure.</summary>
internal sealed class TransportPolicy(RegistryOptions options)
{
    /// <summary><c>https://host/</c>; http for loopback and for insecure hosts, unless the port is that of https.</summary>
    public Uri BaseOf(string registry)
    {
        var https = new Uri($"https://{(registry == Reference.DockerHub ? "registry-1.docker.io" : registry)}/");
        return AllowsPlain(https) && !registry.EndsWith(":443", StringComparison.Ordinal) ? new Uri($"http://{registry}/") : https;
    }

    public bool AllowsPlain(Uri url) =>
        Names(options.InsecureHosts, url) || (IsLoopback(url) && !Names(options.SecureHosts, url));

    private static bool Names(IReadOnlySet<string> hosts, Uri url) =>
        hosts.Count > 0 && (hosts.Contains(url.Host) || hosts.Contains($"{url.Host}:{url.Port}"));

    public static bool IsLoopback(Uri url) =>
        url.IsLoopback || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>A place a server sends us to: https, or http where that is allowed and the way there was plain already.</summary>
    /// <exception cref="OciException">STR3141.</exception>
    public Uri Follow(Uri from, Uri location, string what)
    {
        var target = location.IsAbsoluteUri ? location : new Uri(from, location);
        if (target.UserInfo.Length > 0)
        {
            throw OciDiagnostics.Insecure(Shown(target), $"the {what} contains credentials");
        }

        return target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp && AllowsPlain(target))
            ? target
            : throw OciDiagnostics.Insecure(Shown(target), $"the {what} leads away from https");
    }

    /// <summary>Without query (signatures) and user.</summary>
    private static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Credentials go where they were meant for only.</summary>
    public static bool SameAuthority(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && string.Equals(a.Host, b.Host, StringComparison.OrdinalIgnoreCase);
}
