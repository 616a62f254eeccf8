namespace Strata.Storage.Blobs;

/// <summary>Keys of stored objects: ours, never anything from outside. And what else every store takes.</summary>
public static class BlobName
{
    public const int LengthMax = 512;

    /// <summary>A segment is a file's name in the file store.</summary>
    private const int SegmentLengthMax = 200;

    /// <summary>1 to 512 of <c>a-z 0-9 / . _ -</c>; segments between slashes are not empty, do not begin with a dot, and have 200 characters at most.</summary>
    public static bool IsValid(ReadOnlySpan<char> key)
    {
        if (key.Length is 0 or > LengthMax)
        {
            return false;
        }

        foreach (var range in key.Split('/'))
        {
            var segment = key[range];
            if (segment.Length is 0 or > SegmentLengthMax || segment[0] == '.' || !IsPrefix(segment))
            {
                return false;
            }
        }

        return true;
    }

    /// <exception cref="ArgumentException">Not one.</exception>
    public static string Check(string key) => IsValid(key) ? key : throw new ArgumentException($"'{key}' is no key of a stored object.", nameof(key));

    /// <exception cref="ArgumentException">Could be no beginning of a key.</exception>
    public static string CheckPrefix(string prefix) =>
        prefix.Length <= LengthMax && IsPrefix(prefix) && !prefix.StartsWith('/') && !prefix.StartsWith('.') && !prefix.Contains("/.", StringComparison.Ordinal)
        && !prefix.Contains("//", StringComparison.Ordinal)
            ? prefix
            : throw new ArgumentException($"'{prefix}' begins no key of a stored object.", nameof(prefix));

    private static bool IsPrefix(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character is not ('-' or '.' or '_' or '/'))
            {
                return false;
            }
        }

        return true;
    }

    public const int PartNumberMax = 10_000;

    public static readonly TimeSpan SignedLifetimeMax = TimeSpan.FromDays(7);

    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 10,000.</exception>
    public static int CheckPart(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, PartNumberMax);
        return number;
    }

    /// <exception cref="ArgumentOutOfRangeException">Not a second to 7 days.</exception>
    public static TimeSpan CheckLifetime(TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, SignedLifetimeMax);
        return lifetime;
    }

    /// <exception cref="ArgumentException">None, or not in order of their numbers.</exception>
    public static void CheckParts(IReadOnlyList<StoredPart> parts)
    {
        var last = 0;
        foreach (var part in parts)
        {
            last = CheckPart(part.Number) > last ? part.Number : throw new ArgumentException("Parts that are not in order of their numbers.", nameof(parts));
        }

        ArgumentOutOfRangeException.ThrowIfZero(parts.Count, nameof(parts));
    }
}
