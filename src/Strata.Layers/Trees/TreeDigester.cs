using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
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
    private readonly IncrementalHash _layer = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _tree = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<TreeNode, byte[]> _firstNames = new(ReferenceEqualityComparer.Instance);
    private readonly List<byte> _path = [];
    private readonly List<byte> _record = [];
    private long _entries;
    private long _size;

    public static TreeDigests Compute(TreeNode root)
    {
        using var digester = new TreeDigester();
        digester._layer.AppendData("strata.layer-tree/1\n"u8);
        digester._tree.AppendData("strata.tree/1\n"u8);
        digester.Add(root);
        return new(Finish(digester._layer), Finish(digester._tree), digester._entries, digester._size);
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
        _record.Clear();
        _record.Add((byte)node.Kind);
        AddBytes(Span(_path));
        AddNumber(node.Kind is NodeKind.Symlink ? 0x1ff : node.Mode, 4);
        if (node.Kind is NodeKind.File)
        {
            AddNumber((ulong)node.Size, 8);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            node.Content.CopyTo(hash);
            _record.AddRange(hash);
        }
        else if (node.Kind is NodeKind.Symlink)
        {
            AddBytes(node.Target);
        }

        AddNumber((ulong)node.Attributes.Count, 4);
        foreach (var attribute in node.Attributes)
        {
            AddBytes(attribute.Name);
            AddBytes(attribute.Value);
        }

        var shared = Span(_record);
        _tree.AppendData(shared);
        _layer.AppendData(shared);
        _record.Clear();
        AddNumber(node.User, 4);
        AddNumber(node.Group, 4);
        AddNumber((ulong)node.Modified.Seconds, 8);
        AddNumber(node.Modified.Nanoseconds, 4);
        AddBytes(FirstName(node));
        _layer.AppendData(Span(_record));
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

    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        AddNumber((ulong)bytes.Length, 4);
        _record.AddRange(bytes);
    }

    private void AddNumber(ulong number, int width)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        _record.AddRange(bytes[..width]);
    }

    private static ReadOnlySpan<byte> Span(List<byte> list) => CollectionsMarshal.AsSpan(list);

    private static Digest Finish(IncrementalHash hash)
    {
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Digest.FromHash(result);
    }
}
