using System.Net;

namespace Strata.Storage.S3;

/// <summary>The proxy of the environment (http_proxy, https_proxy, no_proxy), never for this machine itself: it would be the proxy's machine.</summary>
internal sealed class LoopbackBypassProxy(IWebProxy environment) : IWebProxy
{
    public ICredentials? Credentials
    {
        get => environment.Credentials;
        set => environment.Credentials = value;
    }

    public Uri? GetProxy(Uri destination) => environment.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || environment.IsBypassed(host);
}
