using System.Security.Authentication;

namespace Strata.Oci.Registries;

/// <summary>A failure that may pass, and what to throw if it does not.</summary>
internal sealed class TransientException(OciException final, TimeSpan? retryAfter = null) : Exception(final.Message, final)
{
    public OciException Final { get; } = final;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>Tries again with growing, jittered pauses what failed for a reason that may pass.</summary>
internal sealed class Retries(RegistryOptions options, TimeProvider time)
{
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            try
            {
                return await operation(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && AsTransient(e, what) is { } fault)
            {
                await PauseAsync(fault, failures++, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits before the next try, or throws what remains to be said.</summary>
    public async Task PauseAsync(TransientException fault, int failures, CancellationToken cancellationToken)
    {
        if (failures >= options.RetriesMax || fault.RetryAfter > options.RetryAfterMax)
        {
            throw fault.Final;
        }

        var pause = Delay(failures, Random.Shared.NextDouble());
        await Task.Delay(fault.RetryAfter > pause ? fault.RetryAfter.Value : pause, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Between half and all of a doubling pause, so that many clients do not come back at once.</summary>
    internal TimeSpan Delay(int failures, double sample)
    {
        var full = Math.Min(options.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 20)), options.RetryDelayMax.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (0.5 + (0.5 * sample)));
    }

    /// <returns>Null if trying again cannot help.</returns>
    public static TransientException? AsTransient(Exception e, string what) => e switch
    {
        TransientException transient => transient,
        HttpRequestException { InnerException: AuthenticationException } => null,
        HttpRequestException or IOException or TimeoutException => new(Unavailable(e, what)),
        _ => null,
    };

    /// <summary>A failure of the connection in words, whether or not it may pass.</summary>
    public static OciException Unavailable(Exception e, string what)
    {
        var (reason, help) = e switch
        {
            HttpRequestException { InnerException: AuthenticationException inner } =>
                ($"its certificate is not trusted ({OciDiagnostics.Shown((inner.InnerException ?? inner).Message)})",
                    "Install its CA certificate on this host, or name a bundle in SSL_CERT_FILE. A registry without TLS must be allowed as an insecure registry."),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                ("its name cannot be resolved", "Check the spelling of the registry, the network and the DNS of this host."),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                ("the proxy refused the connection", "Check https_proxy and no_proxy."),
            TimeoutException => (e.Message, "Check the network; run again."),
            _ => (OciDiagnostics.Shown((e.InnerException ?? e).Message), "Check the network, and the proxy variables if there is one; run again."),
        };
        return OciDiagnostics.Unavailable(what, reason.TrimEnd('.'), help, e);
    }
}
