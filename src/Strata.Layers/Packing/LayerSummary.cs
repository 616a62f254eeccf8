using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>One walk over a finished tree in path order: its digest, and its index if one is wanted.</summary>
internal sealed class LayerSummary(EntryTree tree, LayerIndexWriter? index) : IDisposable
{
    private readonly TreeRecordHasher _hasher = new();
    private readonly Dictionary<int, byte[]> _firstPaths = []; // of inodes with several

    public long ContentBytes { get; private set; }

    public Digest Compute()
    {
        var names = new TreePaths(tree);
        while (names.Next())
        {
            Add(names.Node, names.Path);
        }

        var digest = _hasher.Finish();
        index?.Finish(digest);
        return digest;
    }

    public void Dispose() => _hasher.Dispose();

    private void Add(int node, ReadOnlySpan<byte> path)
    {
        ref var inode = ref tree.InodeOf(node);
        var record = RecordOf(inode, path);
        _hasher.Add(record);
        if (inode.Names > 1 && inode.Kind is not EntryKind.Directory && FindFirst(node, path) is { } first)
        {
            index?.Add(new()
            {
                Kind = EntryKind.HardLink,
                Path = path,
                Mode = record.Mode,
                User = record.User,
                Group = record.Group,
                Modified = record.Modified,
                Link = first,
                Attributes = record.Attributes,
            });
            return;
        }

        ContentBytes += record.Size;
        index?.Add(record);
    }

    /// <summary>Null: this is the first name of the file.</summary>
    private byte[]? FindFirst(int node, ReadOnlySpan<byte> path)
    {
        var inode = tree.InodeIndexOf(node);
        if (_firstPaths.TryGetValue(inode, out var first))
        {
            return first;
        }

        _firstPaths.Add(inode, path.ToArray());
        return null;
    }

    private NameRecord RecordOf(in Inode inode, ReadOnlySpan<byte> path)
    {
        var isDevice = inode.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice;
        var (major, minor) = isDevice ? DeviceNumber.Decode(inode.Extra) : default;
        return new()
        {
            Kind = inode.Kind,
            Path = path,
            Mode = inode.Mode,
            User = inode.User,
            Group = inode.Group,
            Modified = new(inode.Seconds, inode.Nanoseconds),
            Size = inode.Kind is EntryKind.File ? inode.Size : 0,
            Content = tree.ContentOf(inode),
            Link = inode.Kind is EntryKind.Symlink ? tree.TargetOf(inode) : [],
            DeviceMajor = major,
            DeviceMinor = minor,
            Attributes = tree.AttributesOf(inode),
        };
    }
}
