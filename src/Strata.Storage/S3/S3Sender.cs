using System.Net;
using System.Xml;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>Signs a call, sends it once, and says what the answer means. Safe for concurrent use.</summary>
internal sealed class S3Sender : IDisposable
{
    private const int ConnectionsMax = 64;
    private const int BodySizeMax = 8 << 20;

    private readonly HttpMessageInvoker _http;
    private readonly S3Settings? _settings;
    private readonly BlobTimes _times;
    private readonly TimeProvider _time;
    private readonly BodyTurns _bodies;

    public S3Sender(S3Settings settings, BlobTimes times, TimeProvider time)
        : this(settings.Location.ToString(), times, time) => _settings = settings;

    /// <summary>For calls to URLs that others have signed.</summary>
    public S3Sender(string description, BlobTimes times, TimeProvider time)
    {
        (Description, _times, _time, _bodies) = (description, times, time, new(time));
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a signature is for one host
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = ConnectionsMax,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            Proxy = new LoopbackBypassProxy(HttpClient.DefaultProxy),
            UseCookies = false,
        });
    }

    public string Description { get; }

    public S3Signing Signing => SigningAs(Settings.Credentials);

    private S3Settings Settings => _settings ?? throw new InvalidOperationException("Nothing to sign with.");

    /// <summary>Reads the answer whole: it is small, or an error.</summary>
    /// <returns>Also 412, for who asks whether something is there.</returns>
    /// <exception cref="BlobStoreException">Every other refusal, and what the network does.</exception>
    public async Task<S3Answer> SendAsync(S3Call call, CancellationToken cancellationToken)
    {
        using var turn = await _bodies.EnterAsync(call.Body?.Length ?? 0, cancellationToken).ConfigureAwait(false); // before it is signed: that is for minutes
        using var watch = new IdleWatch(_time, call.Body is null ? call.AnswerWithin : _times.Sending, cancellationToken);
        var credentials = _settings?.Credentials;
        return await GuardedAsync(call, watch, async () =>
        {
            using var response = await SendAsync(call, credentials, watch, turn).ConfigureAwait(false);
            var body = await ReadBodyAsync(response, watch, call.AnswerWithin).ConfigureAwait(false);
            var answer = new S3Answer(response.StatusCode, Headers(response), body);
            if (!response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.PreconditionFailed)
            {
                throw Refusal(call, answer, credentials);
            }

            return answer;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the answer's body to a reader, as it comes; each of its reads is watched.</summary>
    /// <param name="read">Gets status, headers and the body.</param>
    public async Task<T> ReadAsync<T>(S3Call call, Func<HttpResponseMessage, Func<Memory<byte>, ValueTask<int>>, Task<T>> read, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(_time, call.AnswerWithin, cancellationToken);
        var credentials = _settings?.Credentials;
        return await GuardedAsync(call, watch, async () =>
        {
            using var response = await SendAsync(call, credentials, watch, null).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                throw Refusal(call, new(response.StatusCode, Headers(response), await ReadBodyAsync(response, watch, call.AnswerWithin).ConfigureAwait(false)), credentials);
            }

            var body = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
            return await read(response, into =>
            {
                watch.Expect(_times.Idle);
                return body.ReadAsync(into, watch.Token);
            }).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="credentials">That it was sent with. Refused ones may have been renewed where they come from: then trying again helps.</param>
    private BlobStoreException Refusal(S3Call call, S3Answer answer, S3Credentials? credentials = null)
    {
        var (code, message) = ("", "");
        try
        {
            if (answer.Body.Length > 0)
            {
                var document = S3Xml.Read(answer.Body);
                (code, message) = (document["Code"], document["Message"]);
            }
        }
        catch (XmlException)
        {
            // a proxy's page: the status says it
        }

        var isRenewed = credentials is not null && S3Errors.IsOfCredentials(code) && Settings.TryRenew(credentials);
        var fault = isRenewed ? BlobFault.Unavailable : S3Errors.FaultOf(answer.Status, code, call.Missing);
        return new(fault, $"{Description}: {call.Method} {call.ObjectPath}: {S3Errors.Explain(answer.Status, code, message, answer.BucketRegion)}.")
        {
            RetryAfter = answer.RetryAfter,
            Code = code,
            Status = (int)answer.Status,
        };
    }

    /// <exception cref="BlobStoreException">It is an error, whatever the status, or no document.</exception>
    public S3Document Document(S3Call call, S3Answer answer, params ReadOnlySpan<string> groups)
    {
        S3Document document;
        try
        {
            document = S3Xml.Read(answer.Body, groups);
        }
        catch (XmlException e)
        {
            throw Fault(BlobFault.Unavailable, call, "the answer is no document of S3", e);
        }

        return document.Root == "Error" ? throw Refusal(call, answer with { Status = HttpStatusCode.InternalServerError }) : document;
    }

    public void Dispose()
    {
        _http.Dispose();
        _bodies.Dispose();
    }

    private S3Signing SigningAs(S3Credentials credentials) => new(Settings, credentials, _time.GetUtcNow());

    private async Task<HttpResponseMessage> SendAsync(S3Call call, S3Credentials? credentials, IdleWatch watch, BodyTurn? turn)
    {
        using var request = call.Url is { } url ? S3Signing.Unsigned(call, url) : SigningAs(credentials ?? Settings.Credentials).Request(call);
        if (call.Body is { } body)
        {
            var md5 = request.Content!.Headers.ContentMD5;
            request.Content = new WatchedContent(body, turn, watch, _times.Sending, call.AnswerWithin);
            request.Content.Headers.ContentMD5 = md5;
        }

        return await _http.SendAsync(request, watch.Token).ConfigureAwait(false);
    }

    private async Task<T> GuardedAsync<T>(S3Call call, IdleWatch watch, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (watch.IsStalled && !cancellationToken.IsCancellationRequested)
        {
            throw Fault(BlobFault.Stalled, call, "nothing moved for too long", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw Fault(BlobFault.Refused, call, $"no secure connection: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw watch.IsStalled ? Fault(BlobFault.Stalled, call, "nothing moved for too long", e) : Fault(BlobFault.Unavailable, call, e.Message, e);
        }
        catch (IOException e) when (e is not BlobStoreException)
        {
            throw watch.IsStalled ? Fault(BlobFault.Stalled, call, "nothing moved for too long", e) : Fault(BlobFault.Unavailable, call, $"cut off: {e.Message}", e);
        }
    }

    private BlobStoreException Fault(BlobFault fault, S3Call call, string why, Exception inner) =>
        new(fault, $"{Description}: {call.Method} {call.ObjectPath}: {why.TrimEnd('.')}.", inner);

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, IdleWatch watch, TimeSpan limit)
    {
        var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
        using var body = new MemoryStream();
        var piece = new byte[16 << 10];
        while (true)
        {
            watch.Expect(limit);
            var read = await stream.ReadAsync(piece, watch.Token).ConfigureAwait(false);
            if (read == 0)
            {
                return body.GetBuffer().AsMemory(0, (int)body.Length);
            }

            body.Write(piece, 0, read);
            if (body.Length > BodySizeMax)
            {
                throw new IOException("the answer is larger than any of S3");
            }
        }
    }

    private static Dictionary<string, string> Headers(HttpResponseMessage response)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        return headers;
    }
}
