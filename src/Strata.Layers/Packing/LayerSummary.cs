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
    private readonly Dictionary<int, byte[]> _firstNames = []; // of inodes with several

    public long ContentBytes { get; private set; }

    public Digest Compute()
    {
        foreach (var (node, path) in new TreePaths(tree))
        {
            Add(node, path);
        }

        var digest = _hasher.Finish();
        index?.Finish(digest);
        return digest;
    }

    public void Dispose() => _hasher.Dispose();

    /// <summary>The record of a name.</summary>
    /// <param name="entry">Of a file with several names, as if it had this one alone.</param>
    /// <param name="content">Of a file.</param>
    public static void Add(TreeRecordHasher hasher, LayerEntry entry, Digest content)
    {
        Span<byte> buffer = stackalloc byte[TreeRecordHasher.FilePayloadSize];
        hasher.Add(TypeOf(entry.Kind), entry.Path, entry.Mode, Payload(buffer, entry, content), entry.Attributes);
    }

    private void Add(int node, byte[] path)
    {
        ref var inode = ref tree.InodeOf(node);
        var entry = EntryOf(inode, path);
        var content = tree.ContentOf(inode);
        Add(_hasher, entry, content);
        if (inode.Names > 1 && entry.Kind is not EntryKind.Directory && !_firstNames.TryAdd(tree.InodeIndexOf(node), path))
        {
            entry = entry with { Kind = EntryKind.HardLink, Link = _firstNames[tree.InodeIndexOf(node)], Size = 0 };
        }
        else
        {
            ContentBytes += entry.Size;
        }

        index?.Add(entry, content);
    }

    private static ReadOnlySpan<byte> Payload(Span<byte> buffer, LayerEntry entry, Digest content)
    {
        switch (entry.Kind)
        {
            case EntryKind.File:
                TreeRecordHasher.WriteFilePayload(buffer, entry.Size, content);
                return buffer;
            case EntryKind.Symlink:
                return TreeRecordHasher.LinkPayload(entry.Link);
            case EntryKind.CharacterDevice or EntryKind.BlockDevice:
                return TreeRecordHasher.WriteDevicePayload(buffer, entry.DeviceMajor, entry.DeviceMinor);
            default:
                return [];
        }
    }

    public static byte TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => (byte)'f',
        EntryKind.Directory => (byte)'d',
        EntryKind.Symlink => (byte)'l',
        EntryKind.Fifo => (byte)'p',
        EntryKind.CharacterDevice => (byte)'c',
        _ => (byte)'b',
    };

    private LayerEntry EntryOf(in Inode inode, byte[] path)
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
            Link = inode.Kind is EntryKind.Symlink ? tree.TargetOf(inode).ToArray() : [],
            DeviceMajor = major,
            DeviceMinor = minor,
            Attributes = tree.AttributesOf(inode),
        };
    }
}
