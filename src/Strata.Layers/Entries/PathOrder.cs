namespace Strata.Layers.Entries;

/// <summary>The order of the names of a tree: a directory, then all in it, names of one directory by their bytes.</summary>
public static class PathOrder
{
    /// <summary>Negative if <paramref name="a"/> comes first.</summary>
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var same = a.CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
        {
            return a.Length - b.Length;
        }

        return Rank(a[same]) - Rank(b[same]);
    }

    /// <summary>A path ends before it goes on, and its directory's other names come after all in it: '/' is before every other byte.</summary>
    private static int Rank(byte value) => value == (byte)'/' ? 0 : value + 1;
}
