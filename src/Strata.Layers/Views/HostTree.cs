using Microsoft.Win32.SafeHandles;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>A directory of this host, looked up beneath it: no link in it is followed.</summary>
internal sealed unsafe class HostTree(string directory, OwnerPolicy owners) : ILowerTree
{
    private readonly PackOptions _options = new() { Owners = owners };

    public LayerEntry? Find(ReadOnlySpan<byte> path)
    {
        using var root = DirectoryHandle.Open(directory, followLink: true);
        if (path.IsEmpty)
        {
            return Read(root.File, "."u8, path);
        }

        var parent = TreePath.ParentLength(path);
        using var opened = parent == 0 ? null : Open(root.File, path[..parent]);
        return parent == 0 ? Read(root.File, path, path)
            : opened is null ? null
            : Read((int)opened.DangerousGetHandle(), TreePath.NameOf(path), path);
    }

    /// <summary>A directory; null: nothing is there, or something else.</summary>
    private static SafeFileHandle? Open(int parent, ReadOnlySpan<byte> path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var file = Libc.OpenBeneath(parent, terminated, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
            return file >= 0 ? new(file, ownsHandle: true) : IsAbsent() ? null : throw Errno.Failure("open directory", path);
        }
    }

    private LayerEntry? Read(int parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        StatXBuffer status = default;
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            if (Libc.StatX(parent, terminated, Libc.NoFollow, StatXBuffer.BasicFields, &status) != 0)
            {
                return IsAbsent() ? null : throw Errno.Failure("stat", path);
            }
        }

        var kind = status.Kind switch
        {
            FileKind.Directory => EntryKind.Directory,
            FileKind.Symlink => EntryKind.Symlink,
            FileKind.CharacterDevice => EntryKind.CharacterDevice,
            FileKind.BlockDevice => EntryKind.BlockDevice,
            FileKind.Regular => EntryKind.File,
            _ => EntryKind.Fifo, // or a socket, which is no directory either
        };
        return new()
        {
            Kind = kind,
            Path = path.ToArray(),
            Mode = status.Permissions,
            User = Unshifted(status.User),
            Group = Unshifted(status.Group),
            Modified = new(status.ModifySeconds, status.ModifyNanoseconds),
            Size = kind is EntryKind.File ? (long)status.Size : 0,
            Link = kind is EntryKind.Symlink ? Target(parent, name, path) : [],
            DeviceMajor = status.SpecialMajor,
            DeviceMinor = status.SpecialMinor,
            Attributes = kind is EntryKind.Directory ? Attributes(parent, name, path) : [],
        };
    }

    private IReadOnlyList<Xattr> Attributes(int parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        using var file = Open(parent, name);
        return file is null ? [] : new AttributeReader(_options).Read((int)file.DangerousGetHandle(), EntryKind.Directory, path);
    }

    private static byte[] Target(int parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        var target = new byte[PosixPath.LengthMax];
        fixed (byte* terminated = PosixPath.Terminated(name), buffer = target)
        {
            var length = Libc.ReadLinkAt(parent, terminated, buffer, (nuint)target.Length);
            return length >= 0 ? target[..(int)length] : throw Errno.Failure("read link", path);
        }
    }

    private uint Unshifted(uint id) => id > owners.Shift ? id - owners.Shift : 0;

    private static bool IsAbsent() => Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks;
}
