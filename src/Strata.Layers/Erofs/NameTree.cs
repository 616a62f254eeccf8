using System.Runtime.InteropServices;

namespace Strata.Layers.Erofs;

/// <summary>Names in directories, each with the number of what it stands for. A name's number, its node, never changes.</summary>
internal sealed class NameTree
{
    public const int None = -1;
    public const int Root = 0;

    private readonly PagedList<Node> _nodes = new();
    private readonly ByteArena _bytes = new();
    private readonly NodeTable _table = new();
    private int _sorted; // how many nodes there were

    /// <param name="root">The root's inode.</param>
    public NameTree(int root) => _nodes.Add(new() { Parent = Root, FirstChild = None, Next = None, Inode = root });

    public int Count => _nodes.Count;

    public int InodeOf(int node) => _nodes[node].Inode;

    public void SetInode(int node, int inode) => _nodes[node].Inode = inode;

    public int ParentOf(int node) => _nodes[node].Parent;

    public int FirstChildOf(int node) => _nodes[node].FirstChild;

    /// <summary>The next one in the same directory; sorted once <see cref="Sort"/> was called.</summary>
    public int NextOf(int node) => _nodes[node].Next;

    public ReadOnlySpan<byte> NameOf(int node) => node == Root ? [] : _bytes.Get(_nodes[node].Name);

    /// <param name="name">1 to 255 bytes; not in the directory yet.</param>
    /// <param name="isFound">Whether <see cref="Find(int, ReadOnlySpan{byte})"/> shall find it.</param>
    public int Add(int parent, ReadOnlySpan<byte> name, int inode, bool isFound)
    {
        var node = _nodes.Add(new()
        {
            Parent = parent,
            FirstChild = None,
            Next = _nodes[parent].FirstChild,
            Inode = inode,
            Name = _bytes.AddShort(name),
        });
        _nodes[parent].FirstChild = node;
        if (isFound)
        {
            _table.Add(this, node);
        }

        return node;
    }

    /// <summary>The node of a name in a directory, or <see cref="None"/>.</summary>
    public int Find(int parent, ReadOnlySpan<byte> name) => _table.Find(this, parent, name);

    /// <summary>The node of a path, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> path)
    {
        var node = Root;
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range].IsEmpty)
            {
                break; // the root
            }

            node = Find(node, path[range]);
            if (node == None)
            {
                return None;
            }
        }

        return node;
    }

    /// <summary>The path of a node.</summary>
    /// <param name="path">At least 4 KiB; written from its end.</param>
    public ReadOnlySpan<byte> PathOf(int node, Span<byte> path)
    {
        var start = path.Length;
        for (; node != Root; node = _nodes[node].Parent)
        {
            if (start < path.Length)
            {
                path[--start] = (byte)'/';
            }

            var name = NameOf(node);
            start -= name.Length;
            name.CopyTo(path[start..]);
        }

        return path[start..];
    }

    /// <summary>Puts the names of each directory into the order of their bytes.</summary>
    public void Sort()
    {
        if (_sorted == _nodes.Count)
        {
            return;
        }

        _sorted = _nodes.Count;
        var children = new List<int>();
        for (var node = 0; node < _nodes.Count; node++)
        {
            if (_nodes[node].FirstChild != None)
            {
                SortChildren(node, children);
            }
        }
    }

    /// <summary>The name after <paramref name="node"/> in path order: a directory, then all in it. <see cref="None"/> at the end.</summary>
    public int Following(int node)
    {
        if (_nodes[node].FirstChild is var child and not None)
        {
            return child;
        }

        while (node != Root)
        {
            if (_nodes[node].Next is var next and not None)
            {
                return next;
            }

            node = _nodes[node].Parent;
        }

        return None;
    }

    private void SortChildren(int directory, List<int> children)
    {
        children.Clear();
        for (var child = _nodes[directory].FirstChild; child != None; child = _nodes[child].Next)
        {
            children.Add(child);
        }

        children.Reverse(); // new ones are put in front, so they mostly are in order now
        var ordered = CollectionsMarshal.AsSpan(children);
        for (var i = 1; i < ordered.Length; i++)
        {
            if (NameOf(ordered[i - 1]).SequenceCompareTo(NameOf(ordered[i])) > 0)
            {
                ordered.Sort((a, b) => NameOf(a).SequenceCompareTo(NameOf(b)));
                break;
            }
        }

        _nodes[directory].FirstChild = ordered[0];
        for (var i = 0; i < ordered.Length; i++)
        {
            _nodes[ordered[i]].Next = i + 1 < ordered.Length ? ordered[i + 1] : None;
        }
    }

    private struct Node
    {
        public int Parent;
        public int FirstChild;
        public int Next;
        public int Inode;
        public uint Name;
    }
}
