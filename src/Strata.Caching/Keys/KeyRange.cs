using System.Globalization;
using System.Text;

namespace Strata.Caching.Keys;

/// <summary>All texts that begin with a prefix, as a range of the order of code points, which is that of UTF-8's bytes and of the database.</summary>
internal readonly record struct KeyRange(string From, string Before)
{
    private const int LastRune = 0x10FFFF;

    /// <summary>After every key.</summary>
    private static readonly string End = string.Concat(Enumerable.Repeat("\U0010ffff", CacheKey.LengthMax + 1));

    /// <param name="prefix">Literal; without half a character.</param>
    public static KeyRange Of(string prefix)
    {
        var runes = prefix.EnumerateRunes().ToList();
        while (runes.Count > 0 && runes[^1].Value == LastRune)
        {
            runes.RemoveAt(runes.Count - 1);
        }

        if (runes.Count == 0)
        {
            return new(prefix, End); // nothing else comes after
        }

        var last = runes[^1].Value;
        runes[^1] = new Rune(last == 0xD7FF ? 0xE000 : last + 1); // between them lie the halves of characters
        var before = new StringBuilder();
        foreach (var rune in runes)
        {
            before.Append(CultureInfo.InvariantCulture, $"{rune}");
        }

        return new(prefix, before.ToString());
    }
}
