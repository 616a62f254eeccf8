using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

internal sealed record WireTags([property: JsonPropertyName("tags")] IReadOnlyList<string?>? Tags);

/// <summary>The tags of a repository, page after page.</summary>
internal sealed class TagList(RegistrySession session)
{
    private const int PageBytesMax = 4 << 20;
    private const int PagesMax = 1000;

    public async IAsyncEnumerable<string> ListAsync(Reference repository, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var what = $"tags of {repository.Registry}/{repository.Repository}";
        Uri? next = session.UrlOf(repository, "tags/list?n=1000");
        for (var page = 0; next is not null && page < PagesMax; page++)
        {
            var url = next;
            var (response, body) = await session.GetAsync(
                new(HttpMethod.Get, repository, url) { What = what }, PageBytesMax, cancellationToken).ConfigureAwait(false);
            foreach (var tag in Read(body, what))
            {
                if (tag is not null && ReferenceParser.IsTag(tag))
                {
                    yield return tag;
                }
            }

            next = NextOf(response) is { } link && session.Policy.Follow(url, link, "next page") is var target && TransportPolicy.SameAuthority(url, target) && target != url
                ? target
                : null;
        }
    }

    private static IReadOnlyList<string?> Read(byte[] body, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(body, RegistryJson.Default.WireTags)?.Tags ?? [];
        }
        catch (JsonException e)
        {
            throw OciDiagnostics.BadDocument(what, "it is not the JSON it should be", e);
        }
    }

    /// <summary><c>Link: &lt;/v2/…&gt;; rel="next"</c> (RFC 8288).</summary>
    private static Uri? NextOf(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("Link", out var links))
        {
            foreach (var link in links)
            {
                if (link.TrimStart() is ['<', .. var rest] && rest.IndexOf('>', StringComparison.Ordinal) is > 0 and var end
                    && rest[end..].Contains("next", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(rest[..end], UriKind.RelativeOrAbsolute, out var url))
                {
                    return url;
                }
            }
        }

        return null;
    }
}
