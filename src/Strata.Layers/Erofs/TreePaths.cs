using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>A walk over all names of a sorted tree in path order.</summary>
internal sealed class TreePaths(EntryTree tree)
{
    private readonly Stack<(int Node, int PathLength)> _directories = new(); // those that lead to the current name
    private byte[] _path = new byte[PosixPath.LengthMax];
    private int _length;

    public int Node { get; private set; } = EntryTree.None;

    /// <summary>Of the current name, until the next.</summary>
    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _length);

    public bool Next()
    {
        Node = Node == EntryTree.None ? EntryTree.Root : tree.Following(Node);
        if (Node == EntryTree.None)
        {
            return false;
        }

        if (Node != EntryTree.Root)
        {
            while (_directories.Peek().Node != tree.ParentOf(Node))
            {
                _directories.Pop();
            }

            Append(_directories.Peek().PathLength, tree.NameOf(Node));
        }

        if (tree.FirstChildOf(Node) != EntryTree.None)
        {
            _directories.Push((Node, _length));
        }

        return true;
    }

    private void Append(int length, ReadOnlySpan<byte> name)
    {
        var start = length == 0 ? 0 : length + 1;
        if (start + name.Length > _path.Length)
        {
            Array.Resize(ref _path, _path.Length * 2);
        }

        if (length > 0)
        {
            _path[length] = (byte)'/';
        }

        name.CopyTo(_path.AsSpan(start));
        _length = start + name.Length;
    }
}
