using System.Net;

namespace Strata.Oci.Registries;

/// <summary>One HTTP exchange: time limits, redirects without credentials, bounded bodies. Knows nothing of registries.</summary>
internal sealed class Exchange(HttpMessageInvoker http, RegistryOptions options, TransportPolicy policy, TimeProvider time)
{
    private const int RedirectsMax = 5;

    /// <param name="make">Makes the request for a URL; called again for each redirect, with credentials only for the first authority.</param>
    /// <returns>The answer, and whether another host than the one asked gave it. The caller disposes it.</returns>
    public async Task<(HttpResponseMessage Response, bool Elsewhere)> SendAsync(
        Uri url, Func<Uri, bool, ResponseWatch, HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var target = url;
        for (var redirects = 0; ; redirects++)
        {
            var own = TransportPolicy.SameAuthority(url, target);
            var response = await SendOnceAsync(target, own, make, cancellationToken).ConfigureAwait(false);
            if (!IsRedirect(response))
            {
                return (response, !own);
            }

            using (response)
            {
                target = redirects < RedirectsMax
                    ? policy.Follow(target, response.Headers.Location!, "redirect")
                    : throw OciDiagnostics.Refused(OciDiagnostics.Shown(url.AbsolutePath), $"More than {RedirectsMax} redirects.");
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        Uri url, bool withCredentials, Func<Uri, bool, ResponseWatch, HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var watch = new ResponseWatch(options, time, cancellationToken);
        using var request = make(url, withCredentials, watch);
        try
        {
            return await http.SendAsync(request, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested) // the watch, or the time to connect
        {
            throw new TimeoutException("it did not answer in time", e);
        }
        catch (HttpRequestException e) when (e.InnerException is OciException own)
        {
            throw own; // what was to be sent is wrong: not the network's fault
        }
        catch (HttpRequestException e) when (Retries.AsTransient(e, "") is null)
        {
            throw Retries.Unavailable(e, url.Authority);
        }
    }

    /// <summary>All of a small body.</summary>
    /// <returns>Null if it is longer.</returns>
    /// <exception cref="TimeoutException">It stalled.</exception>
    /// <exception cref="IOException">It was cut.</exception>
    public async Task<byte[]?> ReadAsync(HttpResponseMessage response, int sizeBytesMax, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > sizeBytesMax)
        {
            return null;
        }

        using var idle = new IdleReader(options.IdleTimeout, time);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var body = new MemoryStream();
            var buffer = new byte[16 << 10];
            int read;
            while ((read = await idle.ReadAsync(stream, buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (body.Length + read > sizeBytesMax)
                {
                    return null;
                }

                body.Write(buffer, 0, read);
            }

            return body.ToArray();
        }
    }

    /// <summary>Reads the body of an error as far as it can be had.</summary>
    public async Task<byte[]> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(response, RegistryErrors.BodyBytesMax, cancellationToken).ConfigureAwait(false) ?? [];
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            return [];
        }
    }

    private static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is not null
        && (response.RequestMessage!.Method == HttpMethod.Get || response.RequestMessage.Method == HttpMethod.Head);
}
