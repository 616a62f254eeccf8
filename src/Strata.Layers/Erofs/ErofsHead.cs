using System.Buffers.Binary;
using System.Text;
using Strata.Core;

namespace Strata.Layers.Erofs;

/// <summary>What the superblock and the device table say, checked.</summary>
internal sealed record ErofsHead(ushort RootNid, uint MetadataBlock, uint SharedAttributesBlock, uint BlockCount, IReadOnlyList<ErofsDevice> Devices)
{
    public static ErofsHead Read(ErofsFile file)
    {
        if (file.Length < ErofsFormat.BlockSize)
        {
            throw new DamagedLayerException("This is not an EROFS image: it is too short.", LayerFault.NotALayer);
        }

        var block = new byte[ErofsFormat.BlockSize];
        file.Read(0, block);
        var at = block.AsSpan(ErofsFormat.SuperblockAt);
        if (BinaryPrimitives.ReadUInt32LittleEndian(at) != ErofsFormat.Magic)
        {
            throw new DamagedLayerException("This is not an EROFS image.", LayerFault.NotALayer);
        }

        var incompatible = BinaryPrimitives.ReadUInt32LittleEndian(at[80..]);
        if (at[12] != ErofsFormat.BlockBits || (incompatible & ~(ErofsFormat.IncompatibleChunks | ErofsFormat.IncompatibleDevices)) != 0)
        {
            throw new DamagedLayerException("The image is compressed or has other blocks than 4 KiB: Strata does not write such.", LayerFault.Unsupported);
        }

        if ((BinaryPrimitives.ReadUInt32LittleEndian(at[8..]) & ErofsFormat.CompatibleChecksum) != 0
            && BinaryPrimitives.ReadUInt32LittleEndian(at[4..]) != ErofsSuperblock.Checksum(block))
        {
            throw new DamagedLayerException("The image is damaged: its superblock has a wrong checksum.");
        }

        var blocks = BinaryPrimitives.ReadUInt32LittleEndian(at[36..]);
        if (blocks > ErofsFormat.BlocksOf(file.Length))
        {
            throw new DamagedLayerException("The image is cut off: it is shorter than its superblock says.");
        }

        return new(
            BinaryPrimitives.ReadUInt16LittleEndian(at[14..]), BinaryPrimitives.ReadUInt32LittleEndian(at[40..]), BinaryPrimitives.ReadUInt32LittleEndian(at[44..]), blocks,
            (incompatible & ErofsFormat.IncompatibleDevices) != 0
                ? ReadDevices(file, BinaryPrimitives.ReadUInt16LittleEndian(at[86..]), BinaryPrimitives.ReadUInt16LittleEndian(at[88..]))
                : []);
    }

    private static List<ErofsDevice> ReadDevices(ErofsFile file, ushort count, ushort firstSlot)
    {
        var devices = new List<ErofsDevice>(count);
        Span<byte> slot = stackalloc byte[ErofsFormat.DeviceSlotSize];
        for (var i = 0; i < count; i++)
        {
            file.Read((firstSlot + (long)i) * ErofsFormat.DeviceSlotSize, slot);
            if (!Digest.TryParse("sha256:" + Encoding.Latin1.GetString(slot[..ErofsFormat.DeviceTagSize]), null, out var digest))
            {
                throw new DamagedLayerException("The image is damaged: one of its devices is not named by a digest.");
            }

            devices.Add(new(digest, BinaryPrimitives.ReadUInt32LittleEndian(slot[ErofsFormat.DeviceTagSize..])));
        }

        return devices;
    }
}
