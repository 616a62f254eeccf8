namespace Strata.Layers.Erofs;

/// <summary>
/// The on-disk format (Linux, Documentation/filesystems/erofs.rst and fs/erofs/erofs_fs.h). All numbers are little-endian.
/// <code>
/// superblock at 1024: magic 0 · checksum 4 · compatible features 8 · block bits 12 · extension slots 13 · root nid 14 (2 bytes) · inodes 16 ·
///   build time 24 · its ns 32 · blocks 36 · metadata block 40 · shared attributes block 44 · uuid 48 · volume name 64 ·
///   incompatible features 80 · algorithms 84 · other devices 86 · device slot offset 88 · directory block bits 90 · … to 128
/// inode (extended, 64): format 0 · attribute count 2 · mode 4 · reserved 6 · size 8 · union 16 · ino 20 · uid 24 · gid 28 · mtime 32 · ns 40 · links 44
/// inode (compact, 32):  format 0 · attribute count 2 · mode 4 · links 6 · size 8 (4) · reserved 12 · union 16 · ino 20 · uid 24 (2) · gid 26 (2)
/// union: first block of the data; device number; or, of chunks, their format (2)
/// after an inode: attributes, then the inline tail, or one number for each chunk
/// attributes: name filter 4 · shared count 1 · reserved 7 · shared ids · entries (name length 1, prefix 1, value length 2, name, value; padded to 4)
/// chunk: block 4; or, with devices: advise 2 · device 2 · block 4
/// directory block: entries (nid 8 · name offset 2 · type 1 · reserved 1), then the names; sorted by bytes
/// device slot (128): tag 64 · blocks 4 · mapped block 4 · reserved 56
/// nid: an inode's place in the metadata, in units of 32 bytes
/// </code>
/// </summary>
internal static class ErofsFormat
{
    public const int BlockBits = 12;
    public const int BlockSize = 1 << BlockBits;

    public const int SuperblockAt = 1024;
    public const int SuperblockSize = 128;
    public const uint Magic = 0xe0f5e1e2;

    public const uint CompatibleChecksum = 0x01;
    public const uint CompatibleMtime = 0x02;
    public const uint IncompatibleChunks = 0x04; // Linux 5.15
    public const uint IncompatibleDevices = 0x08; // Linux 5.16

    public const int SlotSize = 32;
    public const int CompactInodeSize = 32;
    public const int ExtendedInodeSize = 64;

    public const int LayoutPlain = 0;
    public const int LayoutInline = 2;
    public const int LayoutChunks = 4;
    public const int FormatExtended = 1;
    public const int FormatLayoutShift = 1;

    public const int ChunkBitsMask = 0x1f;
    public const int ChunkIndexes = 0x20;
    public const uint NoBlock = uint.MaxValue;

    public const int AttributesHeaderSize = 12;
    public const int AttributeHeaderSize = 4;

    public const int DirectoryEntrySize = 12;

    public const int DeviceSlotSize = 128;
    public const int DeviceSlotsAt = SuperblockAt + SuperblockSize;
    public const int DeviceTagSize = 64;

    /// <summary>A block number has 32 bits, and the last value means "none".</summary>
    public const long BlocksMax = uint.MaxValue;

    /// <summary>Attribute names are a number for their prefix and the rest (fs/erofs/erofs_fs.h, EROFS_XATTR_INDEX_…).</summary>
    public static ReadOnlySpan<byte> AttributePrefix(int index) => index switch
    {
        1 => "user."u8,
        2 => "system.posix_acl_access"u8,
        3 => "system.posix_acl_default"u8,
        4 => "trusted."u8,
        6 => "security."u8,
        _ => [],
    };

    public static long BlocksOf(long bytes) => (bytes + BlockSize - 1) >> BlockBits;

    public static int Align(int offset, int unit) => (offset + unit - 1) & -unit;
}
