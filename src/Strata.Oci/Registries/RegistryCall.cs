using System.Net;
using System.Net.Http.Headers;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>One request to a registry, before credentials, redirects and retries.</summary>
internal sealed record RegistryCall(HttpMethod Method, Reference Repository, Uri Url)
{
    /// <summary>For messages: what is asked for.</summary>
    public required string What { get; init; }

    /// <summary>It changes something, so that the token must allow more than to pull.</summary>
    public bool Pushes { get; init; }

    /// <summary>Another repository it reads from.</summary>
    public string? AlsoPulls { get; init; }

    public IReadOnlyList<string> Accept { get; init; } = [];

    public RangeHeaderValue? Range { get; init; }

    public EntityTagHeaderValue? IfRange { get; init; }

    /// <summary>Makes the body, anew for each try.</summary>
    public Func<ResponseWatch, HttpContent>? Content { get; init; }

    /// <summary>Statuses that are an answer for the caller, beside success.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];

    public IReadOnlyList<string> Scopes
    {
        get
        {
            var own = $"repository:{Repository.Repository}:{(Pushes ? "pull,push" : "pull")}";
            return AlsoPulls is null || AlsoPulls == Repository.Repository ? [own] : [own, $"repository:{AlsoPulls}:pull"];
        }
    }

    public HttpRequestMessage ToRequest(Uri url, AuthenticationHeaderValue? authorization, ResponseWatch watch)
    {
        var request = new HttpRequestMessage(Method, url) { Content = Content?.Invoke(watch) };
        request.Headers.Authorization = authorization;
        request.Headers.TryAddWithoutValidation("User-Agent", "strata");
        request.Headers.Range = Range;
        request.Headers.IfRange = IfRange is null ? null : new RangeConditionHeaderValue(IfRange);
        foreach (var type in Accept)
        {
            request.Headers.TryAddWithoutValidation("Accept", type);
        }

        return request;
    }
}
