using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>
/// Puts all names of a directory of this host into a tree, in path order; contents are read later. Everything is named by an open directory and one
/// component; no link is followed.
/// </summary>
internal sealed unsafe class DirectoryWalk(EntryTree tree, PackOptions options, CancellationToken cancellationToken)
{
    private readonly Dictionary<(ulong Device, ulong Inode), int> _linked = []; // files with several names → inode
    private readonly AttributeReader _attributes = new(options);
    private readonly byte[] _path = new byte[PosixPath.LengthMax];

    public PagedList<PendingFile> Files { get; } = new();

    public long AttributesDropped => _attributes.Dropped;

    /// <summary>What the files' contents will take, holes included.</summary>
    public long DataBlocks { get; private set; }

    public long SocketsDropped { get; private set; }

    /// <exception cref="TreeChangedException">A directory changed meanwhile.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer: an id over the limit, a path too long or deep.</exception>
    public void Run(int root) => Directory(root, EntryTree.None, [], 0, 0);

    private ReadOnlySpan<byte> Shown(int length) => length == 0 ? "."u8 : _path.AsSpan(0, length);

    /// <param name="name">With a NUL at its end; of the root, empty.</param>
    private void Directory(int directory, int parent, byte[] name, int length, int depth)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (depth > EntryPath.DepthMax)
        {
            throw new HostileArchiveException($"{PosixPath.Show(Shown(length))}: directories are nested deeper than {EntryPath.DepthMax}.", ArchiveFault.TooLarge);
        }

        var before = Status(directory, "\0"u8, Libc.EmptyPath, length);
        var entry = Entry(EntryKind.Directory, before, length) with { Attributes = _attributes.Read(directory, EntryKind.Directory, Shown(length)) };
        var node = EntryTree.Root;
        if (parent == EntryTree.None)
        {
            tree.Add(entry);
        }
        else
        {
            tree.AddChild(parent, name.AsSpan(..^1), entry);
            node = tree.NodeCount - 1;
        }

        foreach (var child in Names(directory))
        {
            Child(directory, node, child, Append(child, length), depth);
        }

        var after = Status(directory, "\0"u8, Libc.EmptyPath, length);
        if (!PendingFile.Of(node, before).IsSame(after))
        {
            throw new TreeChangedException(PosixPath.Show(Shown(length)));
        }
    }

    private void Child(int directory, int parent, byte[] name, int length, int depth)
    {
        var status = Status(directory, name, Libc.NoFollow, length);
        var isDirectory = status.Kind is FileKind.Directory;
        if (options.Filter?.Invoke(_path.AsSpan(0, length), isDirectory) == false)
        {
            return;
        }

        var plain = name.AsSpan(..^1);
        if (isDirectory)
        {
            Enter(directory, parent, name, length, depth);
            return;
        }

        var device = ((ulong)status.DeviceMajor << 32) | status.DeviceMinor;
        if (status.LinkCount > 1 && _linked.TryGetValue((device, status.Inode), out var first))
        {
            tree.LinkChild(parent, plain, first);
            return;
        }

        if (Kind(status.Kind) is not { } kind)
        {
            SocketsDropped++;
            return;
        }

        var entry = Entry(kind, status, length);
        if (kind is EntryKind.Symlink)
        {
            entry = entry with { Link = Target(directory, name, (int)Math.Min(status.Size, PosixPath.LengthMax), length) };
        }

        var inode = tree.AddChild(parent, plain, entry);
        if (status.LinkCount > 1)
        {
            _linked.Add((device, status.Inode), inode);
        }

        if (kind is EntryKind.File)
        {
            Files.Add(PendingFile.Of(tree.NodeCount - 1, status));
            DataBlocks += ErofsFormat.BlocksOf(entry.Size);
        }
    }

    private void Enter(int parentFile, int parent, byte[] name, int length, int depth)
    {
        int directory;
        fixed (byte* terminated = name)
        {
            directory = Libc.OpenAt(parentFile, terminated, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
        }

        if (directory < 0)
        {
            throw Failure("open directory", length);
        }

        try
        {
            Directory(directory, parent, name, length, depth + 1);
        }
        finally
        {
            _ = Libc.Close(directory);
        }
    }

    private LayerEntry Entry(EntryKind kind, in StatXBuffer status, int length)
    {
        var (user, group) = options.OwnedBy ?? (Unshifted(status.User), Unshifted(status.Group));
        if (Math.Max(user, group) > options.Owners.IdMax)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(Shown(length))}: its owner {user}:{group} is over {options.Owners.IdMax}, the highest id a job has.", ArchiveFault.Unsafe);
        }

        return new()
        {
            Kind = kind,
            Path = [], // the tree knows it
            Mode = status.Permissions,
            User = user,
            Group = group,
            Modified = new(status.ModifySeconds, status.ModifyNanoseconds),
            Size = kind is EntryKind.File ? (long)status.Size : 0,
            DeviceMajor = status.SpecialMajor,
            DeviceMinor = status.SpecialMinor,
        };
    }

    private uint Unshifted(uint id) => id > options.Owners.Shift ? id - options.Owners.Shift : 0;

    private static EntryKind? Kind(FileKind kind) => kind switch
    {
        FileKind.Regular => EntryKind.File,
        FileKind.Symlink => EntryKind.Symlink,
        FileKind.CharacterDevice => EntryKind.CharacterDevice,
        FileKind.BlockDevice => EntryKind.BlockDevice,
        FileKind.Fifo => EntryKind.Fifo,
        _ => null,
    };

    /// <summary>In the order of their bytes, each with a NUL at its end.</summary>
    private static List<byte[]> Names(int directory)
    {
        var names = new List<byte[]>();
        using var entries = new DirectoryEntries(directory);
        while (entries.Next())
        {
            names.Add(PosixPath.Terminated(entries.Name));
        }

        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    private byte[] Target(int directory, byte[] name, int size, int length)
    {
        var target = new byte[Math.Max(size, 1) + 1];
        fixed (byte* terminated = name, buffer = target)
        {
            var read = Libc.ReadLinkAt(directory, terminated, buffer, (nuint)target.Length);
            return read < 0 ? throw Failure("read link", length)
                : read == target.Length ? throw new TreeChangedException(PosixPath.Show(Shown(length)))
                : target[..(int)read];
        }
    }

    private StatXBuffer Status(int directory, ReadOnlySpan<byte> name, int flags, int length)
    {
        StatXBuffer status = default;
        fixed (byte* terminated = name)
        {
            return Libc.StatX(directory, terminated, flags, StatXBuffer.BasicFields, &status) == 0 ? status : throw Failure("stat", length);
        }
    }

    /// <summary>What was listed and is gone, or another kind of thing now, was changed.</summary>
    private IOException Failure(string operation, int length) => Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks or Errno.Invalid
        ? new TreeChangedException(PosixPath.Show(Shown(length)))
        : Errno.Failure(operation, Shown(length));

    private int Append(byte[] name, int length)
    {
        var start = length == 0 ? 0 : length + 1;
        var end = start + name.Length - 1;
        if (end >= PosixPath.LengthMax)
        {
            throw new HostileArchiveException($"{PosixPath.Show(Shown(length))}: a path below it is longer than {PosixPath.LengthMax - 1} bytes.", ArchiveFault.TooLarge);
        }

        if (start > 0)
        {
            _path[length] = (byte)'/';
        }

        name.AsSpan(..^1).CopyTo(_path.AsSpan(start));
        return end;
    }
}
