namespace Strata.Layers.Erofs;

/// <summary>
/// (directory, name) → node: one table of 4-byte slots for the whole tree. Hash codes are seeded for each process: hostile names cannot be made to collide.
/// </summary>
internal sealed class NodeTable
{
    private int[] _slots = new int[1024]; // node + 1
    private int _count;

    public int Find(NameTree tree, int parent, ReadOnlySpan<byte> name)
    {
        for (var slot = Start(parent, name); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            var node = _slots[slot] - 1;
            if (node < 0 || (tree.ParentOf(node) == parent && tree.NameOf(node).SequenceEqual(name)))
            {
                return node < 0 ? NameTree.None : node;
            }
        }
    }

    public void Add(NameTree tree, int node)
    {
        if (++_count > _slots.Length / 4 * 3)
        {
            var old = _slots;
            _slots = new int[checked(old.Length * 2)];
            foreach (var held in old)
            {
                if (held > 0)
                {
                    Put(tree, held - 1);
                }
            }
        }

        Put(tree, node);
    }

    private void Put(NameTree tree, int node)
    {
        var slot = Start(tree.ParentOf(node), tree.NameOf(node));
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        _slots[slot] = node + 1;
    }

    private int Start(int parent, ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.Add(parent);
        hash.AddBytes(name);
        return hash.ToHashCode() & (_slots.Length - 1);
    }
}
