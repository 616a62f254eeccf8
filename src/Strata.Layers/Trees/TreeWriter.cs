using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>Makes single entries of a tree. Every call names a directory by descriptor and an entry by one component: nothing is resolved, no link followed.</summary>
internal sealed unsafe class TreeWriter(OwnerPolicy owners)
{
    private const uint PrivateMode = 0x180; // 0600 until the entry is complete
    private const int HoleMin = 64 << 10; // as images have them: FileDataWriter.ChunkSize
    private const int SeekCurrent = 1;

    /// <summary>A new empty file, open for writing; fails if the name is taken.</summary>
    public static int CreateFile(int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* path = PosixPath.Terminated(name))
        {
            var flags = Libc.WriteOnly | Libc.Create | Libc.Exclusive | Libc.NoFollowLink | Libc.CloseOnExec;
            var file = Libc.OpenAt(directory, path, flags, PrivateMode);
            return file >= 0 ? file : throw Errno.Failure("create", name);
        }
    }

    public static void Write(int file, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> shownName)
    {
        fixed (byte* start = bytes)
        {
            for (var written = 0; written < bytes.Length;)
            {
                var count = Libc.Write(file, start + written, (nuint)(bytes.Length - written));
                if (count >= 0)
                {
                    written += (int)count;
                }
                else if (Errno.Last != Errno.Interrupted)
                {
                    throw Errno.Failure("write", shownName);
                }
            }
        }
    }

    /// <summary>Leaves holes where whole blocks are zeros: <see cref="SetLength"/> must follow the last.</summary>
    public static void WriteSparse(int file, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> shownName)
    {
        while (!bytes.IsEmpty)
        {
            var isHole = bytes.Length >= HoleMin && !bytes[..HoleMin].ContainsAnyExcept((byte)0);
            var length = Math.Min(HoleMin, bytes.Length);
            while (length < bytes.Length && bytes.Length - length >= HoleMin && bytes.Slice(length, HoleMin).ContainsAnyExcept((byte)0) != isHole)
            {
                length += HoleMin;
            }

            if (!isHole)
            {
                length = bytes.Length - length < HoleMin ? bytes.Length : length;
                Write(file, bytes[..length], shownName);
            }
            else if (Libc.Seek(file, length, SeekCurrent) < 0)
            {
                throw Errno.Failure("seek", shownName);
            }

            bytes = bytes[length..];
        }
    }

    public static void SetLength(int file, long length, ReadOnlySpan<byte> shownName) => Check(Libc.Truncate(file, length), "write", shownName);

    public static void MakeDirectory(int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* path = PosixPath.Terminated(name))
        {
            Check(Libc.MakeDirectoryAt(directory, path, 0x1c0), "make directory", name); // 0700 until complete
        }
    }

    public void MakeSymlink(int directory, ReadOnlySpan<byte> name, TreeNode node)
    {
        fixed (byte* path = PosixPath.Terminated(name), target = PosixPath.Terminated(node.Target))
        {
            Check(Libc.SymlinkAt(target, directory, path), "link", name);
            Complete(directory, path, name, node);
        }
    }

    public void MakeFifo(int directory, ReadOnlySpan<byte> name, TreeNode node)
    {
        fixed (byte* path = PosixPath.Terminated(name))
        {
            Check(Libc.MakeFifoAt(directory, path, PrivateMode), "make fifo", name);
            Complete(directory, path, name, node);
        }
    }

    /// <summary>overlayfs' mark that a name is gone; every user may make it (Linux 5.8).</summary>
    public static void MakeWhiteout(int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* path = PosixPath.Terminated(name))
        {
            Check(Libc.MakeNodeAt(directory, path, (uint)FileKind.CharacterDevice, 0), "make whiteout", name);
        }
    }

    /// <summary>A second name for a file (or link, which is not followed).</summary>
    public static void Link(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to)
    {
        fixed (byte* source = PosixPath.Terminated(from), target = PosixPath.Terminated(to))
        {
            Check(Libc.LinkAt(fromDirectory, source, toDirectory, target, 0), "hard link", to);
        }
    }

    /// <summary>Whatever is done in a directory, its modification time stays.</summary>
    /// <param name="change">Is given the directory.</param>
    public static void KeepingTime(int directory, Action<int> change)
    {
        StatXBuffer status = default;
        fixed (byte* self = "\0"u8)
        {
            Check(Libc.StatX(directory, self, Libc.EmptyPath, StatXBuffer.BasicFields, &status), "stat", []);
        }

        change(directory);
        var times = stackalloc TimeSpec[2];
        FillTimes(times, new(status.ModifySeconds, status.ModifyNanoseconds));
        Check(Libc.SetTimes(directory, times), "set the time of", []);
    }

    /// <summary>Owner first, as a change of it clears set-user-id bits and capabilities; times last.</summary>
    public void Complete(int file, ReadOnlySpan<byte> shownName, TreeNode node)
    {
        Check(Libc.ChangeOwner(file, node.User + owners.Shift, node.Group + owners.Shift), "change the owner of", shownName);
        Check(Libc.ChangeMode(file, node.Mode), "change the mode of", shownName);
        foreach (var attribute in node.Attributes)
        {
            SetAttribute(file, attribute, shownName);
        }

        var times = stackalloc TimeSpec[2];
        FillTimes(times, node.Modified);
        Check(Libc.SetTimes(file, times), "set the time of", shownName);
    }

    private void Complete(int directory, byte* path, ReadOnlySpan<byte> name, TreeNode node)
    {
        Check(Libc.ChangeOwnerAt(directory, path, node.User + owners.Shift, node.Group + owners.Shift, Libc.NoFollow), "change the owner of", name);
        if (node.Kind is not NodeKind.Symlink)
        {
            Check(Libc.ChangeModeAt(directory, path, node.Mode, 0), "change the mode of", name);
        }

        var times = stackalloc TimeSpec[2];
        FillTimes(times, node.Modified);
        Check(Libc.SetTimesAt(directory, path, times, Libc.NoFollow), "set the time of", name);
    }

    private void SetAttribute(int file, Xattr attribute, ReadOnlySpan<byte> shownName)
    {
        var value = owners.ShiftAttribute(attribute.Name, attribute.Value);
        fixed (byte* name = PosixPath.Terminated(attribute.Name), bytes = value)
        {
            if (Libc.SetAttribute(file, name, bytes, (nuint)value.Length, 0) == 0)
            {
                return;
            }
        }

        throw Errno.Last == Errno.Invalid
            ? new HostileArchiveException($"{PosixPath.Show(shownName)}: the kernel refuses the value of its attribute {PosixPath.Show(attribute.Name)}.", ArchiveFault.Unsafe)
            : Errno.Failure($"set attribute {PosixPath.Show(attribute.Name)} of", shownName);
    }

    /// <summary>Access and modification time, as utimensat takes them; the first stays as it is.</summary>
    private static void FillTimes(TimeSpec* times, Timestamp modified)
    {
        times[0] = new() { Nanoseconds = TimeSpec.Omit };
        times[1] = new() { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds };
    }

    private static void Check(int result, string operation, ReadOnlySpan<byte> name)
    {
        if (result != 0)
        {
            throw Errno.Failure(operation, name);
        }
    }
}
