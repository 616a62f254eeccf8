using System.Buffers.Binary;
using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>An inode as it stands in an image.</summary>
/// <param name="TailAt">Offset of what follows it and its attributes.</param>
internal readonly record struct RawInode(
    EntryKind Kind, int Layout, uint Mode, uint User, uint Group, Timestamp Modified, long Size, uint Union, long Links, long AttributesAt, int AttributesSize, long TailAt)
{
    private const long SecondsMin = int.MinValue, SecondsMax = (1L << 34) - 1 + int.MinValue; // what ext4 keeps, and tar is held to

    public static RawInode Read(ErofsFile file, ErofsHead head, ulong nid)
    {
        if (nid > (ulong)file.Length / ErofsFormat.SlotSize)
        {
            throw Damaged("a name leads outside");
        }

        var at = ((long)head.MetadataBlock << ErofsFormat.BlockBits) + ((long)nid * ErofsFormat.SlotSize);
        Span<byte> bytes = stackalloc byte[ErofsFormat.ExtendedInodeSize];
        file.Read(at, bytes[..ErofsFormat.CompactInodeSize]);
        var format = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        var extended = (format & ErofsFormat.FormatExtended) != 0;
        if (extended)
        {
            file.Read(at, bytes);
        }

        var size = extended ? ErofsFormat.ExtendedInodeSize : ErofsFormat.CompactInodeSize;
        var attributes = AttributeDecoding.SizeOf(BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        file.Claim(size + attributes);
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        var inode = new RawInode(
            KindOf(mode), format >> ErofsFormat.FormatLayoutShift, mode & 0xfffu,
            extended ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[24..]),
            extended ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]),
            extended ? new(BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[40..])) : default,
            extended ? BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            extended ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]),
            at + size, attributes, at + size + attributes);
        return inode.Size < 0 || inode.Modified.Nanoseconds > 999_999_999 || inode.Modified.Seconds is < SecondsMin or > SecondsMax
            ? throw Damaged("a size or time is out of range")
            : inode;
    }

    /// <summary>The content of a directory or symlink: whole blocks, and the rest after them or after the inode.</summary>
    public void ReadFlat(ErofsFile file, Span<byte> target)
    {
        var tail = Layout switch
        {
            ErofsFormat.LayoutPlain => 0,
            ErofsFormat.LayoutInline => target.Length & (ErofsFormat.BlockSize - 1),
            _ => throw Damaged("a directory or link has an unknown layout"),
        };
        var whole = target.Length - tail;
        file.Claim(target.Length);
        if (whole > 0)
        {
            file.Read((long)Union << ErofsFormat.BlockBits, target[..whole]);
        }

        file.Read(TailAt, target[whole..]);
    }

    private static EntryKind KindOf(ushort mode) => (mode & 0xf000) switch
    {
        0x8000 => EntryKind.File,
        0x4000 => EntryKind.Directory,
        0xa000 => EntryKind.Symlink,
        0x2000 => EntryKind.CharacterDevice,
        0x6000 => EntryKind.BlockDevice,
        0x1000 => EntryKind.Fifo,
        _ => throw Damaged("an inode is of no known kind"),
    };

    private static DamagedLayerException Damaged(string reason) => new($"The image is damaged: {reason}.");
}
