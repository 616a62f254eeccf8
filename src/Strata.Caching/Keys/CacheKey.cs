using System.Globalization;

namespace Strata.Caching.Keys;

/// <summary>The rules of keys and restore keys: text that means nothing but itself. Never a path, never a pattern.</summary>
public static class CacheKey
{
    /// <summary>Characters, as Unicode counts them: not the halves of UTF-16.</summary>
    public const int LengthMax = 512;

    /// <param name="isRolling">Of a rolling cache: what names the run must fit behind it.</param>
    /// <returns>Null: it may be used.</returns>
    public static CacheKeyProblem? Check(string key, bool isRolling = false)
    {
        if (key.Length == 0)
        {
            return CacheKeyProblem.Empty;
        }

        if (LengthOf(key) > LengthMax)
        {
            return CacheKeyProblem.TooLong;
        }

        if (isRolling && LengthOf(key) > RollingLengthMax)
        {
            return CacheKeyProblem.TooLongToRoll;
        }

        for (var i = 0; i < key.Length; i++)
        {
            switch (key[i])
            {
                case ',':
                    return CacheKeyProblem.Comma;
                case '\0' or '\n' or '\r':
                    return CacheKeyProblem.LineBreak;
                case var half when char.IsSurrogate(half):
                    if (!char.IsHighSurrogate(half) || i + 1 == key.Length || !char.IsLowSurrogate(key[i + 1]))
                    {
                        return CacheKeyProblem.HalfCharacter;
                    }

                    i++;
                    break;
            }
        }

        return null;
    }

    /// <summary>The key under which this run saves a rolling cache; the key itself is then the prefix that restores the newest.</summary>
    public static string Rolling(string key, string runId, string job, int attempt)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{key}{RollingMark}{runId}-{Core.Digest.Of(System.Text.Encoding.UTF8.GetBytes(job)).Short}-{attempt}");
        return LengthOf(own) <= LengthMax ? own : throw new ArgumentException($"The key of a rolling cache has at most {RollingLengthMax} characters.", nameof(key));
    }

    /// <summary>Restores the newest that was saved under <see cref="Rolling"/>.</summary>
    public static string RollingPrefix(string key) => $"{key}{RollingMark}";

    public const int RollingLengthMax = 400;

    private static int LengthOf(string key) => key.Length <= RollingLengthMax ? key.Length : key.EnumerateRunes().Count(); // a shorter one is not too long either way

    private const string RollingMark = "@";
}

public enum CacheKeyProblem
{
    Empty,
    TooLong,

    /// <summary>Of a rolling cache: <see cref="CacheKey.RollingLengthMax"/>.</summary>
    TooLongToRoll,

    Comma,
    LineBreak,
    HalfCharacter,

    /// <summary>Keys are stored and shown. Only who knows the secrets can say so.</summary>
    Secret,
}
