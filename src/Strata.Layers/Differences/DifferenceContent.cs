using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Posix;

namespace Strata.Layers.Differences;

/// <summary>Contents of the entries of a difference.</summary>
/// <param name="open">Of each file, in the order of <paramref name="files"/>; called from several threads.</param>
internal sealed class DifferenceContent(IReadOnlyList<Func<SafeFileHandle>> open, EntryTree tree, PagedList<PendingFile> files) : IContentSource
{
    public long AttributesDropped => 0;

    public int Open(int index)
    {
        using var handle = open[index]();
        var file = (int)handle.DangerousGetHandle();
        handle.SetHandleAsInvalid(); // whoever asked closes it
        return file;
    }

    public unsafe IReadOnlyList<Xattr> Check(int index, int file)
    {
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            if (Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) != 0)
            {
                throw Errno.Failure("stat", ""u8);
            }
        }

        var size = tree.InodeOf(files[index].Node).Size;
        return (long)status.Size == size ? [] : throw new IOException($"A file has {status.Size} bytes, {size} were announced.");
    }
}
