using System.Buffers.Binary;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>The names of one directory, checked: in order, without '/' and NUL, each only once.</summary>
internal static class DirectoryDecoding
{
    private const long SizeMax = 1 << 30;

    public static List<DirectoryName> Read(ErofsFile file, in RawInode inode)
    {
        if (inode.Size > Math.Min(SizeMax, file.Length))
        {
            throw Damaged("a directory is larger than possible");
        }

        var bytes = new byte[inode.Size];
        inode.ReadFlat(file, bytes);
        var names = new List<DirectoryName>();
        ReadOnlySpan<byte> previous = [];
        for (var at = 0; at < bytes.Length; at += ErofsFormat.BlockSize)
        {
            var block = bytes.AsMemory(at, Math.Min(ErofsFormat.BlockSize, bytes.Length - at));
            previous = ReadBlock(block, previous, names);
        }

        return names;
    }

    private static ReadOnlySpan<byte> ReadBlock(ReadOnlyMemory<byte> memory, ReadOnlySpan<byte> previous, List<DirectoryName> names)
    {
        var block = memory.Span;
        var namesAt = block.Length < ErofsFormat.DirectoryEntrySize ? 0 : NameAt(block, 0);
        if (namesAt < ErofsFormat.DirectoryEntrySize || namesAt % ErofsFormat.DirectoryEntrySize != 0 || namesAt > block.Length)
        {
            throw Damaged("a directory has no entries where they should be");
        }

        var count = namesAt / ErofsFormat.DirectoryEntrySize;
        for (var i = 0; i < count; i++)
        {
            var start = NameAt(block, i);
            var end = i + 1 < count ? NameAt(block, i + 1) : block.Length;
            if (start < namesAt || end > block.Length || start >= end)
            {
                throw Damaged("a directory's names lie outside");
            }

            var name = block[start..end];
            if (i + 1 == count && name.IndexOf((byte)0) is var padding and >= 0)
            {
                name = name[..padding];
            }

            if (name.Length is 0 or > PosixPath.NameLengthMax || name.ContainsAny((byte)0, (byte)'/') || name.SequenceCompareTo(previous) <= 0)
            {
                throw Damaged("a directory's names are not valid, or not in order");
            }

            previous = name;
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                var entry = block[(i * ErofsFormat.DirectoryEntrySize)..];
                names.Add(new(memory.Slice(start, name.Length), BinaryPrimitives.ReadUInt64LittleEndian(entry), KindOf(entry[10])));
            }
        }

        return previous;
    }

    private static int NameAt(ReadOnlySpan<byte> block, int index) => BinaryPrimitives.ReadUInt16LittleEndian(block[((index * ErofsFormat.DirectoryEntrySize) + 8)..]);

    private static EntryKind KindOf(byte type) => type switch
    {
        1 => EntryKind.File,
        2 => EntryKind.Directory,
        3 => EntryKind.CharacterDevice,
        4 => EntryKind.BlockDevice,
        5 => EntryKind.Fifo,
        7 => EntryKind.Symlink,
        _ => throw Damaged("a name is of no known kind"),
    };

    private static DamagedLayerException Damaged(string reason) => new($"The image is damaged: {reason}.");
}
