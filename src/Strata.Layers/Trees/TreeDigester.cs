using System.Runtime.InteropServices;
using Strata.Core;

namespace Strata.Layers.Trees;

/// <param name="Layer">Names a stored tree: covers all that is kept.</param>
/// <param name="Tree">DESIGN §3: without owners, times and which names are links of one file.</param>
internal readonly record struct TreeDigests(Digest Layer, Digest Tree, long EntryCount, long SizeBytes);

/// <summary>
/// Both digests of a tree in one walk, independent of the order its entries came in. The bytes hashed are drawn in
/// docs/format/tree-digest.md; a change there is a new format name.
/// </summary>
internal sealed class TreeDigester : IDisposable
{
    private readonly TreeRecordHasher _layer = TreeRecordHasher.ForLayer();
    private readonly TreeRecordHasher _tree = TreeRecordHasher.ForTree();
    private readonly Dictionary<TreeNode, byte[]> _firstNames = new(ReferenceEqualityComparer.Instance);
    private readonly List<byte> _path = [];
    private long _entries;
    private long _size;

    public static TreeDigests Compute(TreeNode root)
    {
        using var digester = new TreeDigester();
        digester.Add(root);
        return new(digester._layer.Finish(), digester._tree.Finish(), digester._entries, digester._size);
    }

    public void Dispose()
    {
        _layer.Dispose();
        _tree.Dispose();
    }

    /// <summary>A directory, then its entries in the order of their names' bytes, each with all below it. Depth is bounded by the length of paths.</summary>
    private void Add(TreeNode node)
    {
        AddRecord(node);
        if (node.Children is null)
        {
            return;
        }

        var names = new byte[node.Children.Count][];
        node.Children.Keys.CopyTo(names, 0);
        Array.Sort(names, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        foreach (var name in names)
        {
            var child = node.Children[name];
            if (child.Kind is NodeKind.Dropped)
            {
                continue;
            }

            var length = _path.Count;
            if (length > 0)
            {
                _path.Add((byte)'/');
            }

            _path.AddRange(name);
            Add(child);
            _path.RemoveRange(length, _path.Count - length);
        }
    }

    private void AddRecord(TreeNode node)
    {
        _entries++;
        Span<byte> file = stackalloc byte[TreeRecordHasher.FilePayloadSize];
        TreeRecordHasher.WriteFilePayload(file, node.Size, node.Content);
        ReadOnlySpan<byte> payload = node.Kind switch
        {
            NodeKind.File => file,
            NodeKind.Symlink => TreeRecordHasher.LinkPayload(node.Target),
            _ => [],
        };
        var mode = node.Kind is NodeKind.Symlink ? 0x1ff : node.Mode;
        var first = FirstName(node);
        foreach (var hasher in (ReadOnlySpan<TreeRecordHasher>)[_layer, _tree])
        {
            hasher.Add((byte)node.Kind, Span(_path), mode, payload, node.Attributes, node.User, node.Group, node.Modified, first);
        }
    }

    /// <summary>Of a later name of a hard-linked file, the first in tree order; else empty.</summary>
    private ReadOnlySpan<byte> FirstName(TreeNode node)
    {
        if (node.Kind is NodeKind.Directory || node.Names < 2)
        {
            _size += node.Size;
            return [];
        }

        if (_firstNames.TryGetValue(node, out var first))
        {
            return first;
        }

        _firstNames.Add(node, [.. _path]);
        _size += node.Size;
        return [];
    }

    private static ReadOnlySpan<byte> Span(List<byte> list) => CollectionsMarshal.AsSpan(list);
}
