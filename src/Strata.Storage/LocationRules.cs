using Strata.Storage.Blobs;

namespace Strata.Storage;

/// <summary>What each part of a location may be. Each method says what is wrong, as what follows the part's name in a sentence, and never repeats the text; null: nothing.</summary>
public static class LocationRules
{
    private const int PrefixLengthMax = 200; // leaves room for keys

    public static string? FaultOfBucket(string text)
    {
        var valid = text.Length is >= 3 and <= 63 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
            && !text.Contains("..", StringComparison.Ordinal);
        foreach (var character in text)
        {
            valid &= char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '-' or '.';
        }

        return valid ? null : "is no name of a bucket (3 to 63 of a-z 0-9 . -)";
    }

    /// <param name="text">Without slashes at its end.</param>
    public static string? FaultOfPrefix(string text) =>
        text.Length <= PrefixLengthMax && (text.Length == 0 || BlobName.IsValid(text)) ? null : "has other characters than a-z 0-9 . _ - /, or is too long";

    public static string? FaultOfEndpoint(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0 ? "is no http or https URL"
        : uri.UserInfo.Length > 0 ? "holds credentials"
        : uri.PathAndQuery != "/" || uri.Fragment.Length > 0 ? "has a path"
        : null;

    /// <summary>Of a region or a profile.</summary>
    public static string? FaultOfName(string text)
    {
        var valid = text.Length is > 0 and <= 64;
        foreach (var character in text)
        {
            valid &= char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ' ';
        }

        return valid ? null : "is no name";
    }

    public static string? FaultOfDirectory(string text) =>
        !text.StartsWith('/') ? "is not absolute"
        : text.Length < 2 ? "is the root directory"
        : text.AsSpan().ContainsAny('?', '#', '%') || text.Contains('\0', StringComparison.Ordinal) ? "has `?`, `#` or `%`, which are not taken"
        : null;
}
