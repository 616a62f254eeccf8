using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Posix;

namespace Strata.Layers.Differences;

/// <summary>
/// Reads the directories of an overlay's upper and the kernel's marks in them (Documentation/filesystems/overlayfs.rst). A job filled it: everything is
/// named by an open directory and one component, no link is followed.
/// </summary>
internal sealed unsafe class UpperReader(DifferenceRequest request)
{
    private readonly AttributeReader _attributes = new(new PackOptions { Owners = request.Owners });
    private readonly byte[] _value = new byte[PosixPath.LengthMax];
    private readonly byte[] _opaque = Mark("opaque", request.UserXattr);
    private readonly byte[] _redirect = Mark("redirect", request.UserXattr);
    private readonly byte[] _whiteout = Mark("whiteout", request.UserXattr);

    /// <summary>Sockets, which have no place in a layer, so far.</summary>
    public long Dropped { get; private set; }

    public static SafeFileHandle? TryOpenDirectory(SafeFileHandle parent, ReadOnlySpan<byte> name) =>
        TryOpen(parent, name, Libc.Directory, out var file) ? file : null;

    /// <summary>A file below an open directory, whatever a job wrote there: never through a link.</summary>
    public static SafeFileHandle OpenBelow(SafeFileHandle root, ReadOnlySpan<byte> path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            const int flags = Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec;
            var file = Libc.OpenBeneath(Number(root), terminated, flags, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
            return file >= 0 ? new(file, ownsHandle: true) : throw Errno.Failure("open", path);
        }
    }

    /// <summary>The digest of a file below an open directory.</summary>
    public static Digest HashBelow(SafeFileHandle root, ReadOnlySpan<byte> path, CancellationToken cancellationToken)
    {
        using var file = OpenBelow(root, path);
        return HashOf(file, cancellationToken);
    }

    /// <summary>From its beginning to its end.</summary>
    public static Digest HashOf(SafeFileHandle file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            for (var at = 0L; RandomAccess.Read(file, buffer, at) is var count and > 0; at += count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>What lies in a directory, in the order of the bytes of the names.</summary>
    public List<UpperEntry> Read(SafeFileHandle directory)
    {
        var names = new List<byte[]>();
        using (var entries = new DirectoryEntries(Number(directory)))
        {
            while (entries.Next())
            {
                names.Add(entries.Name.ToArray());
            }
        }

        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        var found = new List<UpperEntry>(names.Count);
        foreach (var name in names)
        {
            if (ReadChild(directory, name) is { } entry)
            {
                found.Add(entry);
            }
        }

        return found;
    }

    /// <summary>The directory itself.</summary>
    public UpperEntry ReadSelf(SafeFileHandle directory, byte[] name)
    {
        var status = Status(directory, [], Libc.EmptyPath);
        var redirect = Value(directory, _redirect, out var length) ? _value[..length] : null;
        var isOpaque = Value(directory, _opaque, out length) && length == 1 && _value[0] == (byte)'y';
        var attributes = _attributes.Read(Number(directory), EntryKind.Directory, name);
        return new(name, Entry(EntryKind.Directory, name, status, attributes), false, isOpaque, redirect, null);
    }

    private static byte[] Mark(string name, bool userXattr) => PosixPath.Terminated($"{(userXattr ? "user" : "trusted")}.overlay.{name}");

    private static int Number(SafeFileHandle file) => (int)file.DangerousGetHandle();

    private UpperEntry? ReadChild(SafeFileHandle directory, byte[] name)
    {
        var status = Status(directory, name, Libc.NoFollow);
        switch (status.Kind)
        {
            case FileKind.Directory:
            {
                using var child = TryOpenDirectory(directory, name) ?? throw Errno.Failure("open directory", name);
                return ReadSelf(child, name);
            }

            case FileKind.Regular:
            {
                using var file = TryOpen(directory, name, 0, out var opened) ? opened : throw Errno.Failure("open", name);
                if (status.Size == 0 && Value(file, _whiteout, out _))
                {
                    return Whiteout(name, status);
                }

                var entry = Entry(EntryKind.File, name, status, _attributes.Read(Number(file), EntryKind.File, name)) with { Size = (long)status.Size };
                return new(name, entry, false, false, null, Identity(status));
            }

            case FileKind.CharacterDevice when status.SpecialMajor == 0 && status.SpecialMinor == 0:
                return Whiteout(name, status);
            case FileKind.Symlink:
                return new(name, Entry(EntryKind.Symlink, name, status, []) with { Link = Target(directory, name) }, false, false, null, Identity(status));
            case FileKind.Fifo:
                return new(name, Entry(EntryKind.Fifo, name, status, []), false, false, null, Identity(status));
            case FileKind.CharacterDevice or FileKind.BlockDevice:
                var kind = status.Kind is FileKind.BlockDevice ? EntryKind.BlockDevice : EntryKind.CharacterDevice;
                return new(name, Entry(kind, name, status, []), false, false, null, Identity(status));
            default:
                Dropped++;
                return null;
        }
    }

    private UpperEntry Whiteout(byte[] name, in StatXBuffer status) => new(name, Entry(EntryKind.CharacterDevice, name, status, []), true, false, null, null);

    private LayerEntry Entry(EntryKind kind, byte[] name, in StatXBuffer status, IReadOnlyList<Xattr> attributes)
    {
        var (user, group) = (Unshifted(status.User), Unshifted(status.Group));
        if (Math.Max(user, group) > request.Owners.IdMax)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(name)}: its owner {user}:{group} is over {request.Owners.IdMax}, the highest id a job has.", ArchiveFault.Unsafe);
        }

        return new()
        {
            Kind = kind,
            Path = name,
            Mode = status.Permissions,
            User = user,
            Group = group,
            Modified = new(status.ModifySeconds, status.ModifyNanoseconds),
            DeviceMajor = status.SpecialMajor,
            DeviceMinor = status.SpecialMinor,
            Attributes = attributes,
        };
    }

    private uint Unshifted(uint id) => id > request.Owners.Shift ? id - request.Owners.Shift : 0;

    private static (ulong, ulong)? Identity(in StatXBuffer status) =>
        status.LinkCount > 1 ? (((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode) : null;

    private static bool TryOpen(SafeFileHandle parent, ReadOnlySpan<byte> name, int flags, [NotNullWhen(true)] out SafeFileHandle? opened)
    {
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            var file = Libc.OpenAt(Number(parent), terminated, Libc.ReadOnly | Libc.NonBlocking | Libc.NoFollowLink | Libc.CloseOnExec | flags, 0);
            opened = file >= 0 ? new(file, ownsHandle: true) : null;
            return opened is not null;
        }
    }

    private static StatXBuffer Status(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags)
    {
        StatXBuffer status = default;
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            return Libc.StatX(Number(directory), terminated, flags, StatXBuffer.BasicFields, &status) == 0 ? status : throw Errno.Failure("stat", name);
        }
    }

    private byte[] Target(SafeFileHandle directory, byte[] name)
    {
        fixed (byte* terminated = PosixPath.Terminated(name), buffer = _value)
        {
            var length = Libc.ReadLinkAt(Number(directory), terminated, buffer, (nuint)_value.Length);
            return length >= 0 ? _value[..(int)length] : throw Errno.Failure("read link", name);
        }
    }

    /// <summary>Into the buffer. False: the attribute is not there.</summary>
    private bool Value(SafeFileHandle file, byte[] terminatedName, out int length)
    {
        fixed (byte* name = terminatedName, value = _value)
        {
            var size = Libc.GetAttribute(Number(file), name, value, (nuint)_value.Length);
            length = (int)size;
            return size >= 0 || (Errno.Last is Errno.NoAttribute or Errno.NotSupported ? false : throw Errno.Failure("read attribute", terminatedName));
        }
    }
}
