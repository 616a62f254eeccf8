namespace Strata.Layers.Differences;

/// <summary>Paths of a tree: relative, the root is empty.</summary>
public static class TreePath
{
    public static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        if (directory.IsEmpty)
        {
            return name.ToArray();
        }

        var path = new byte[directory.Length + 1 + name.Length];
        directory.CopyTo(path);
        path[directory.Length] = (byte)'/';
        name.CopyTo(path.AsSpan(directory.Length + 1));
        return path;
    }

    public static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    /// <summary>0 for what lies in the root.</summary>
    public static int ParentLength(ReadOnlySpan<byte> path) => Math.Max(path.LastIndexOf((byte)'/'), 0);

    public static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty ? path.Length > 0 : path.Length > directory.Length && path[directory.Length] == (byte)'/' && path.StartsWith(directory);
}
