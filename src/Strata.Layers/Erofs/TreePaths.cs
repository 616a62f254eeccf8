namespace Strata.Layers.Erofs;

/// <summary>All names of a sorted tree in path order, each with its path.</summary>
internal readonly struct TreePaths(EntryTree tree)
{
    public IEnumerator<(int Node, byte[] Path)> GetEnumerator()
    {
        var directories = new Stack<(int Node, byte[] Path)>();
        byte[] path = [];
        for (var node = EntryTree.Root; node != EntryTree.None; node = tree.Following(node))
        {
            if (node != EntryTree.Root)
            {
                while (directories.Peek().Node != tree.ParentOf(node))
                {
                    directories.Pop();
                }

                path = Join(directories.Peek().Path, tree.NameOf(node));
            }

            if (tree.FirstChildOf(node) != EntryTree.None)
            {
                directories.Push((node, path));
            }

            yield return (node, path);
        }
    }

    private static byte[] Join(byte[] directory, ReadOnlySpan<byte> name)
    {
        if (directory.Length == 0)
        {
            return name.ToArray();
        }

        var path = new byte[directory.Length + 1 + name.Length];
        directory.CopyTo(path, 0);
        path[directory.Length] = (byte)'/';
        name.CopyTo(path.AsSpan(directory.Length + 1));
        return path;
    }
}
