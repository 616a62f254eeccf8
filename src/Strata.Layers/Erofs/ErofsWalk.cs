using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Erofs;

/// <summary>One walk through an image, in path order.</summary>
internal sealed class ErofsWalk(ErofsNodes nodes, TreeImportLimits limits)
{
    private readonly Dictionary<ulong, LayerEntry> _linked = []; // files with several names → the first
    private readonly Stack<(byte[] Path, List<DirectoryName> Names, int Next)> _open = [];
    private bool _started;
    private long _entries;
    private long _bytes;

    /// <summary>Null at the end.</summary>
    public ErofsEntry? Next()
    {
        if (!_started)
        {
            _started = true;
            return Enter([], nodes.Root, EntryKind.Directory);
        }

        while (_open.TryPop(out var directory))
        {
            if (directory.Next < directory.Names.Count)
            {
                var (name, nid, kind) = directory.Names[directory.Next];
                _open.Push(directory with { Next = directory.Next + 1 });
                return Enter(Join(directory.Path, name.Span), nid, kind);
            }
        }

        return null;
    }

    /// <summary>The root, then one entry for each component of a path that is there.</summary>
    /// <param name="isWhole">Whether all are.</param>
    public List<ErofsEntry> Descend(ReadOnlySpan<byte> path, out bool isWhole)
    {
        var found = new List<ErofsEntry> { Enter([], nodes.Root, EntryKind.Directory) };
        isWhole = true;
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range];
            if (name.IsEmpty)
            {
                break; // the root
            }

            if (!TryFindIn(found[^1], name, out var next))
            {
                isWhole = false;
                break;
            }

            found.Add(Enter(path[..range.End].ToArray(), next.Nid, next.Kind));
        }

        return found;
    }

    private bool TryFindIn(ErofsEntry directory, ReadOnlySpan<byte> name, out DirectoryName next)
    {
        next = default;
        if (directory.Entry.Kind is not EntryKind.Directory)
        {
            return false;
        }

        foreach (var candidate in _open.Peek().Names)
        {
            if (name.SequenceEqual(candidate.Name.Span))
            {
                next = candidate;
                return true;
            }
        }

        return false;
    }

    private ErofsEntry Enter(byte[] path, ulong nid, EntryKind kind)
    {
        if (++_entries > limits.EntriesMax)
        {
            throw new DamagedLayerException($"The image has more than {limits.EntriesMax} entries.", LayerFault.TooLarge);
        }

        if (_linked.TryGetValue(nid, out var first))
        {
            return new(first with { Kind = EntryKind.HardLink, Path = path, Link = first.Path, Size = 0 }, []);
        }

        var inode = nodes.Read(nid, kind, path);
        if (kind is EntryKind.Directory)
        {
            OpenDirectory(path, nid, inode);
        }

        var (major, minor) = kind is EntryKind.CharacterDevice or EntryKind.BlockDevice ? DeviceNumber.Decode(inode.Union) : default;
        var entry = new LayerEntry
        {
            Kind = kind,
            Path = path,
            Mode = inode.Mode,
            User = inode.User,
            Group = inode.Group,
            Modified = inode.Modified,
            Size = kind is EntryKind.File ? CheckedSize(path, inode.Size) : 0,
            Link = kind is EntryKind.Symlink ? nodes.Target(inode, path) : [],
            DeviceMajor = major,
            DeviceMinor = minor,
            Attributes = nodes.Attributes(inode),
        };
        if (inode.Links > 1 && kind is not EntryKind.Directory)
        {
            _linked.Add(nid, entry);
        }

        return new(entry, kind is EntryKind.File ? nodes.Extents(inode).ToArray() : []);
    }

    private void OpenDirectory(byte[] path, ulong nid, in RawInode inode)
    {
        if (_open.Count > EntryPath.DepthMax)
        {
            throw new DamagedLayerException($"{PosixPath.Show(path)}: directories are nested deeper than {EntryPath.DepthMax}.", LayerFault.TooLarge);
        }

        _open.Push((path, nodes.Names(nid, inode, path), 0));
    }

    private long CheckedSize(byte[] path, long size)
    {
        _bytes += size;
        return _bytes < 0 || _bytes > limits.SizeBytesMax
            ? throw new DamagedLayerException($"{PosixPath.Show(path)}: the files of the image have more than {limits.SizeBytesMax} bytes.", LayerFault.TooLarge)
            : size;
    }

    private static byte[] Join(byte[] directory, ReadOnlySpan<byte> name)
    {
        byte[] path = directory.Length == 0 ? [.. name] : [.. directory, (byte)'/', .. name];
        return path.Length < PosixPath.LengthMax ? path : throw Damaged(path, "its path is too long");
    }

    private static DamagedLayerException Damaged(ReadOnlySpan<byte> path, string reason) => new($"{PosixPath.Show(path)}: the image is damaged: {reason}.");
}
