namespace Strata.Core.Globs;

/// <summary>The order in which a depth-first walk meets paths: segment by segment, each by its UTF-8 bytes.</summary>
public static class GlobOrder
{
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[same]).CompareTo(Rank(right[same]));
    }

    /// <summary>A slash ends a name, so it comes before all else; surrogates stand for what comes after all of the basic plane.</summary>
    private static int Rank(char c) => c == '/' ? -1 : char.IsSurrogate(c) ? c + 0x1_0000 : c;
}
