using System.Net.Http.Headers;

namespace Strata.Oci.Registries;

/// <summary>What a registry asks for in WWW-Authenticate (RFC 9110 §11.6.1; RFC 6750 §3).</summary>
/// <param name="Realm">Bearer: where tokens come from.</param>
internal sealed record Challenge(bool IsBearer, Uri? Realm, string? Service)
{
    /// <summary>Bearer before Basic; null where neither is offered.</summary>
    public static Challenge? Find(HttpHeaderValueCollection<AuthenticationHeaderValue> offered)
    {
        Challenge? basic = null;
        foreach (var offer in offered)
        {
            if (offer.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                var parameters = Parameters(offer.Parameter ?? "");
                if (parameters.GetValueOrDefault("realm") is { } realm && Uri.TryCreate(realm, UriKind.Absolute, out var url))
                {
                    return new(true, url, parameters.GetValueOrDefault("service"));
                }
            }
            else if (offer.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                basic ??= new(false, null, null);
            }
        }

        return basic;
    }

    /// <summary><c>name=token</c> or <c>name="quoted \" text"</c>, between commas. What is malformed ends the list.</summary>
    internal static Dictionary<string, string> Parameters(string text)
    {
        Dictionary<string, string> parameters = new(StringComparer.OrdinalIgnoreCase);
        var rest = text.AsSpan().Trim(" ,");
        while (rest.IndexOf('=') is > 0 and var equals)
        {
            var name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart();
            string value;
            if (rest is ['"', ..])
            {
                (value, var length) = Quoted(rest);
                rest = rest[length..];
            }
            else
            {
                var end = rest.IndexOf(',') is >= 0 and var comma ? comma : rest.Length;
                value = rest[..end].Trim().ToString();
                rest = rest[end..];
            }

            parameters.TryAdd(name, value);
            rest = rest.TrimStart(" ,");
        }

        return parameters;
    }

    private static (string Value, int Length) Quoted(ReadOnlySpan<char> text)
    {
        var value = new System.Text.StringBuilder();
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    return (value.ToString(), i + 1);
                case '\\' when i + 1 < text.Length:
                    value.Append(text[++i]);
                    break;
                default:
                    value.Append(text[i]);
                    break;
            }
        }

        return (value.ToString(), text.Length);
    }
}
