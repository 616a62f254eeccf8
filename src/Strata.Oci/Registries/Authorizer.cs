using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Oci.Credentials;

namespace Strata.Oci.Registries;

internal sealed record WireToken(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in"), JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] double? ExpiresIn);

/// <summary>
/// What to send to one registry so that it lets us in: learnt from its first refusal, then known for further requests. Tokens are kept
/// for what they allow until shortly before they end. Safe for concurrent use: one token is fetched at a time.
/// </summary>
internal sealed class Authorizer(
    string registry, Exchange exchange, TransportPolicy policy, Uri registryUrl, ICredentialSource credentials, Retries retries, TimeProvider time) : IDisposable
{
    private const int TokenAnswerBytesMax = 1 << 20;
    private const int TokensMax = 512;
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(60); // where the server says less or nothing (token spec: at least 60)
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1); // guards everything below
    private readonly Dictionary<string, (AuthenticationHeaderValue Header, DateTimeOffset Until)> _known = [];
    private Challenge? _challenge;

    /// <summary>Repositories for which a credential was found and used.</summary>
    private readonly ConcurrentDictionary<string, bool> _withCredentials = new(StringComparer.Ordinal);

    /// <summary>Whether anything was asked for this repository by somebody, not anonymously.</summary>
    public bool UsedCredentials(string repository) => _withCredentials.ContainsKey(repository);

    /// <summary>Why there are no credentials although there might be.</summary>
    public string? CredentialProblem { get; private set; }

    /// <summary>Null while the registry has not asked for anything.</summary>
    public async ValueTask<AuthenticationHeaderValue?> HeaderAsync(string repository, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        if (_challenge is null)
        {
            return null;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await KnownOrNewAsync(repository, scopes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Learns from a 401.</summary>
    /// <param name="sent">What had been sent, now known not to suffice.</param>
    /// <returns>Whether trying again makes sense.</returns>
    public async ValueTask<bool> LearnAsync(
        HttpResponseMessage refusal, AuthenticationHeaderValue? sent, string repository, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        if (Challenge.Find(refusal.Headers.WwwAuthenticate) is not { } challenge)
        {
            return false;
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _challenge = challenge;
            var key = KeyOf(challenge, repository, scopes);
            if (sent is not null && _known.TryGetValue(key, out var known) && known.Header.Equals(sent))
            {
                _known.Remove(key);
            }

            var next = await KnownOrNewAsync(repository, scopes, cancellationToken).ConfigureAwait(false);
            return next is not null && !next.Equals(sent);
        }
        finally
        {
            _one.Release();
        }
    }

    private async ValueTask<AuthenticationHeaderValue?> KnownOrNewAsync(string repository, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var challenge = _challenge!;
        var key = KeyOf(challenge, repository, scopes);
        var now = time.GetUtcNow();
        if (_known.TryGetValue(key, out var known) && known.Until > now)
        {
            return known.Header;
        }

        var lookup = await credentials.FindAsync(registry, repository, cancellationToken).ConfigureAwait(false);
        CredentialProblem = lookup.Problem;
        if (lookup.Credential is not null)
        {
            _withCredentials[repository] = true;
        }

        var (header, life) = challenge.IsBearer
            ? await FetchTokenAsync(challenge, lookup.Credential, scopes, cancellationToken).ConfigureAwait(false)
            : (lookup.Credential is { IdentityToken: null } basic ? Basic(basic) : null, LongestLife);
        if (header is not null)
        {
            if (_known.Count >= TokensMax)
            {
                _known.Clear();
            }

            _known[key] = (header, now + life);
        }

        return header;
    }

    private async Task<(AuthenticationHeaderValue Header, TimeSpan Life)> FetchTokenAsync(
        Challenge challenge, Credential? credential, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        var realm = policy.Follow(registryUrl, challenge.Realm!, "token server");
        var what = $"a token for {string.Join(", ", scopes)}";
        var answer = await retries.RunAsync(what, token => AskAsync(realm, challenge, credential, scopes, what, token), cancellationToken).ConfigureAwait(false);
        if ((answer.Token ?? answer.AccessToken) is not { Length: > 0 } text || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw OciDiagnostics.Refused(what, "The token server's answer contains no token.");
        }

        var said = TimeSpan.FromSeconds(Math.Clamp(answer.ExpiresIn ?? 0, 0, LongestLife.TotalSeconds));
        return (new("Bearer", text), (said < ShortestLife ? ShortestLife : said) - Margin);
    }

    private async Task<WireToken> AskAsync(
        Uri realm, Challenge challenge, Credential? credential, IReadOnlyList<string> scopes, string what, CancellationToken cancellationToken)
    {
        var (response, _) = await exchange.SendAsync(realm, Request, cancellationToken).ConfigureAwait(false);
        using (response)
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                var error = RegistryErrors.From(
                    response.StatusCode, await exchange.ReadErrorAsync(response, cancellationToken).ConfigureAwait(false), what, CredentialProblem);
                throw RegistryErrors.IsTransient(response.StatusCode) ? new TransientException(error, RegistryErrors.RetryAfter(response, time)) : error;
            }

            var body = await exchange.ReadAsync(response, TokenAnswerBytesMax, cancellationToken).ConfigureAwait(false);
            try
            {
                return JsonSerializer.Deserialize(body, RegistryJson.Default.WireToken) ?? new(null, null, null);
            }
            catch (JsonException e)
            {
                throw new OciException(OciFailure.Refused, OciDiagnostics.Refused(what, "The token server's answer is not JSON.").Diagnostic, e);
            }
        }

        // Redirects: only the first authority ever sees the credential.
        HttpRequestMessage Request(Uri url, bool own, ResponseWatch watch) => credential?.IdentityToken is { } identity
            ? new(HttpMethod.Post, url)
            {
                Content = new FormUrlEncodedContent(
                [
                    new("grant_type", "refresh_token"),
                    new("service", challenge.Service ?? ""),
                    new("client_id", "strata"),
                    new("scope", string.Join(' ', scopes)),
                    new("refresh_token", identity),
                ]),
            }
            : new(HttpMethod.Get, url == realm ? WithQuery(realm, challenge, credential, scopes) : url)
            {
                Headers = { Authorization = own && credential is not null ? Basic(credential) : null },
            };
    }

    private static Uri WithQuery(Uri realm, Challenge challenge, Credential? credential, IReadOnlyList<string> scopes)
    {
        var url = new StringBuilder(realm.GetLeftPart(UriPartial.Query));
        var separator = realm.Query.Length > 0 ? '&' : '?';
        Add("service", challenge.Service);
        foreach (var scope in scopes)
        {
            Add("scope", scope);
        }

        Add("account", credential?.UserName);
        return new(url.ToString());

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                url.Append(CultureInfo.InvariantCulture, $"{separator}{name}={Uri.EscapeDataString(value)}");
                separator = '&';
            }
        }
    }

    /// <summary>A token is for its scopes; a password may differ by repository.</summary>
    private static string KeyOf(Challenge challenge, string repository, IReadOnlyList<string> scopes) =>
        challenge.IsBearer ? string.Join(' ', scopes) : repository;

    private static AuthenticationHeaderValue Basic(Credential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));

    public void Dispose() => _one.Dispose();
}
