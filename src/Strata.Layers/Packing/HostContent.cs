using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;

namespace Strata.Layers.Packing;

/// <summary>Files of a directory of this host, each in four or five system calls. Sees whether one changed since it was found.</summary>
internal sealed class HostContent(int root, EntryTree tree, PagedList<PendingFile> files, PackOptions options) : IContentSource
{
    private readonly AttributeReader _attributes = new(options);
    private readonly byte[] _path = new byte[PosixPath.LengthMax + 1]; // with a NUL

    public long AttributesDropped => _attributes.Dropped;

    public unsafe int Open(int index)
    {
        var node = files[index].Node;
        _path[^1] = 0;
        var path = tree.PathOf(node, _path.AsSpan(..^1));
        int file;
        fixed (byte* terminated = path)
        {
            var flags = Libc.ReadOnly | Libc.NonBlocking | Libc.NoFollowLink | Libc.CloseOnExec;
            file = Libc.OpenBeneath(root, terminated, flags, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
        }

        return file >= 0 ? file
            : Errno.Last is Errno.NotFound or Errno.NotDirectory or Errno.TooManyLinks ? throw Changed(path)
            : throw Errno.Failure("open", path);
    }

    public unsafe IReadOnlyList<Xattr> Check(int index, int file)
    {
        var pending = files[index];
        var path = tree.PathOf(pending.Node, _path.AsSpan(..^1));
        var attributes = _attributes.Read(file, EntryKind.File, path);
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            if (Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) != 0)
            {
                throw Errno.Failure("stat", path);
            }
        }

        ref var inode = ref tree.InodeOf(pending.Node);
        if (!pending.IsSame(status) || (long)status.Size != inode.Size || status.ModifySeconds != inode.Seconds || status.ModifyNanoseconds != inode.Nanoseconds)
        {
            throw Changed(path);
        }

        return attributes;
    }

    private static TreeChangedException Changed(ReadOnlySpan<byte> path) => new(PosixPath.Show(path));
}
