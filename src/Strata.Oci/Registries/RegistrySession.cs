using System.Collections.Concurrent;
using System.Net;
using Strata.Oci.Credentials;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>Sends calls: logs in where asked to, follows redirects, tries again, and turns refusals into exceptions. Safe for concurrent use.</summary>
internal sealed class RegistrySession(HttpMessageInvoker http, RegistryOptions options, ICredentialSource credentials, TimeProvider time) : IDisposable
{
    private const int LoginsMax = 2; // the first refusal, and a token that ended

    private readonly ConcurrentDictionary<string, Authorizer> _authorizers = new(StringComparer.Ordinal);
    private readonly TransportPolicy _policy = new(options);

    public RegistryOptions Options => options;

    public TimeProvider Time => time;

    public TransportPolicy Policy => _policy;

    public Exchange Exchange { get; } = new(http, options, new TransportPolicy(options), time);

    public Retries Retries { get; } = new(options, time);

    public Uri UrlOf(Reference repository, string path) => new(_policy.BaseOf(repository.Registry), $"v2/{repository.Repository}/{path}");

    public bool UsedCredentials(Reference repository) =>
        _authorizers.TryGetValue(repository.Registry, out var authorizer) && authorizer.UsedCredentials(repository.Repository);

    /// <summary>With retries. The caller disposes the answer, whose body has not been read.</summary>
    public Task<HttpResponseMessage> SendAsync(RegistryCall call, CancellationToken cancellationToken) =>
        Retries.RunAsync(call.What, token => SendOnceAsync(call, token), cancellationToken);

    /// <summary>With retries, the body included.</summary>
    /// <exception cref="OciException">It is longer than allowed.</exception>
    public Task<(HttpResponseMessage Response, byte[] Body)> GetAsync(RegistryCall call, int sizeBytesMax, CancellationToken cancellationToken) =>
        Retries.RunAsync(call.What, async token =>
        {
            using var response = await SendOnceAsync(call, token).ConfigureAwait(false);
            var body = await Exchange.ReadAsync(response, sizeBytesMax, token).ConfigureAwait(false);
            return body is null
                ? throw OciDiagnostics.WrongContent(call.What, $"it is longer than {sizeBytesMax} bytes")
                : response.Content.Headers.ContentLength is { } length && length != body.Length
                    ? throw new IOException("the answer was cut")
                    : (response, body);
        }, cancellationToken);

    /// <summary>Without retries, but with logging in.</summary>
    /// <exception cref="TransientException">The status says that it may pass.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(RegistryCall call, CancellationToken cancellationToken)
    {
        var authorizer = AuthorizerOf(call.Repository.Registry);
        var scopes = call.Scopes;
        var isRegistry = TransportPolicy.SameAuthority(call.Url, _policy.BaseOf(call.Repository.Registry)); // an upload may be elsewhere
        for (var logins = 0; ; logins++)
        {
            var header = isRegistry
                ? await authorizer.HeaderAsync(call.Repository.Repository, scopes, cancellationToken).ConfigureAwait(false)
                : null;
            var (response, redirected) = await Exchange.SendAsync(
                call.Url, (url, own, watch) => call.ToRequest(url, own ? header : null, watch), cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || call.Expected.Contains(response.StatusCode))
            {
                return response;
            }

            var elsewhere = redirected || !isRegistry; // whose challenge is not the registry's, and gets no answer
            using (response)
            {
                if (response.StatusCode != HttpStatusCode.Unauthorized || elsewhere || logins == LoginsMax
                    || !await authorizer.LearnAsync(response, header, call.Repository.Repository, scopes, cancellationToken).ConfigureAwait(false))
                {
                    throw await FailureOfAsync(call, response, elsewhere, authorizer, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<Exception> FailureOfAsync(
        RegistryCall call, HttpResponseMessage response, bool elsewhere, Authorizer authorizer, CancellationToken cancellationToken)
    {
        var body = await Exchange.ReadErrorAsync(response, cancellationToken).ConfigureAwait(false);
        var error = RegistryErrors.From(response.StatusCode, body, call.What, authorizer.CredentialProblem);
        // A storage host that refuses a signed link: it has ended; the registry gives a new one.
        var transient = RegistryErrors.IsTransient(response.StatusCode)
            || (elsewhere && response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized);
        return transient ? new TransientException(error, RegistryErrors.RetryAfter(response, time)) : error;
    }

    private Authorizer AuthorizerOf(string registry) => _authorizers.GetOrAdd(
        registry, name => new Authorizer(name, Exchange, _policy, _policy.BaseOf(name), credentials, Retries, time));

    public void Dispose()
    {
        foreach (var authorizer in _authorizers.Values)
        {
            authorizer.Dispose();
        }

        http.Dispose();
    }
}
