using Strata.Core.Diagnostics;
using Strata.Storage.Blobs;

namespace Strata.Storage;

/// <summary>The parts of an <c>s3://</c> location, each checked.</summary>
internal static class S3Url
{
    private const string Known = "endpoint, profile, region";
    private const int PrefixLengthMax = 200; // leaves room for keys

    public static StorageLocation.OfS3 Parse(string text, string rest)
    {
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? rest : rest[..query];
        var parameters = query < 0 ? [] : Parameters(text, rest[(query + 1)..]);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? path : path[..slash];
        var prefix = slash < 0 ? "" : path[(slash + 1)..].TrimEnd('/');
        if (!IsBucket(bucket))
        {
            throw StorageLocation.Bad(text, $"`{bucket}` is no name of a bucket (3 to 63 of a-z 0-9 . -)");
        }

        if (prefix.Length > PrefixLengthMax || (prefix.Length > 0 && !BlobName.IsValid(prefix)))
        {
            throw StorageLocation.Bad(text, $"the prefix `{prefix}` has other characters than a-z 0-9 . _ - /, or is too long");
        }

        return new(bucket, prefix, Endpoint(text, parameters.GetValueOrDefault("endpoint")), Name(text, "region", parameters), Name(text, "profile", parameters));
    }

    /// <summary>Looked for first: no message may repeat them.</summary>
    public static bool HoldsCredentials(string text)
    {
        if (text.StartsWith("file:", StringComparison.Ordinal))
        {
            return false;
        }

        var query = text.IndexOf('?', StringComparison.Ordinal);
        var holds = text.Contains('@', StringComparison.Ordinal) || text.Contains("%40", StringComparison.Ordinal);
        foreach (var parameter in query < 0 ? [] : text[(query + 1)..].Split('&'))
        {
            var name = parameter.Split('=')[0];
            holds |= name.Contains("key", StringComparison.OrdinalIgnoreCase) || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
                || name.Contains("token", StringComparison.OrdinalIgnoreCase) || name.Contains("password", StringComparison.OrdinalIgnoreCase)
                || name.Contains("credential", StringComparison.OrdinalIgnoreCase) || name.Contains("signature", StringComparison.OrdinalIgnoreCase);
        }

        return holds;
    }

    private static Dictionary<string, string> Parameters(string text, string query)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? parameter : parameter[..equals];
            if (name is not ("endpoint" or "region" or "profile"))
            {
                throw new UserErrorException(StorageDiagnostics.UnknownParameter(name, Known));
            }

            if (equals < 0 || !found.TryAdd(name, Uri.UnescapeDataString(parameter[(equals + 1)..])))
            {
                throw StorageLocation.Bad(text, $"its `{name}` has no value, or two");
            }
        }

        return found;
    }

    private static Uri? Endpoint(string text, string? endpoint)
    {
        if (endpoint is null)
        {
            return null;
        }

        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            throw StorageLocation.Bad(text, "its endpoint is no http or https URL");
        }

        return uri.PathAndQuery != "/" || uri.Fragment.Length > 0 ? throw StorageLocation.Bad(text, "its endpoint has a path")
            : uri;
    }

    private static string? Name(string text, string parameter, Dictionary<string, string> parameters)
    {
        var value = parameters.GetValueOrDefault(parameter);
        if (value is null)
        {
            return null;
        }

        var valid = value.Length is > 0 and <= 64;
        foreach (var character in value)
        {
            valid &= char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ' ';
        }

        return valid ? value : throw StorageLocation.Bad(text, $"its {parameter} is no name");
    }

    private static bool IsBucket(string text)
    {
        var valid = text.Length is >= 3 and <= 63 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
            && !text.Contains("..", StringComparison.Ordinal);
        foreach (var character in text)
        {
            valid &= char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '.';
        }

        return valid;
    }
}
