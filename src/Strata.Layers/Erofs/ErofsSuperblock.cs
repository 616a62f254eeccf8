using System.Buffers.Binary;
using System.Numerics;
using Strata.Core;

namespace Strata.Layers.Erofs;

/// <summary>A device a view's data is on: another image.</summary>
public sealed record ErofsDevice(Digest Digest, long BlockCount);

/// <summary>Block 0, and those after it if the device table needs more.</summary>
internal readonly record struct ErofsSuperblock(ushort RootNid, long InodeCount, long BlockCount, uint MetadataBlock, bool HasPieces)
{
    /// <summary>Blocks before the first data.</summary>
    public static int HeadBlocks(int deviceCount) =>
        (int)ErofsFormat.BlocksOf(ErofsFormat.DeviceSlotsAt + ((long)deviceCount * ErofsFormat.DeviceSlotSize));

    public byte[] ToBytes(IReadOnlyList<ErofsDevice> devices)
    {
        var bytes = new byte[HeadBlocks(devices.Count) << ErofsFormat.BlockBits];
        var at = bytes.AsSpan(ErofsFormat.SuperblockAt);
        BinaryPrimitives.WriteUInt32LittleEndian(at, ErofsFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], ErofsFormat.CompatibleChecksum | ErofsFormat.CompatibleMtime);
        at[12] = ErofsFormat.BlockBits;
        BinaryPrimitives.WriteUInt16LittleEndian(at[14..], RootNid);
        BinaryPrimitives.WriteInt64LittleEndian(at[16..], InodeCount);
        BinaryPrimitives.WriteUInt32LittleEndian(at[36..], (uint)BlockCount);
        BinaryPrimitives.WriteUInt32LittleEndian(at[40..], MetadataBlock);
        var incompatible = (HasPieces ? ErofsFormat.IncompatibleChunks : 0) | (devices.Count > 0 ? ErofsFormat.IncompatibleDevices : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(at[80..], incompatible);
        if (devices.Count > 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at[86..], (ushort)devices.Count);
            BinaryPrimitives.WriteUInt16LittleEndian(at[88..], ErofsFormat.DeviceSlotsAt / ErofsFormat.DeviceSlotSize);
            WriteDevices(devices, bytes.AsSpan(ErofsFormat.DeviceSlotsAt));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], Checksum(bytes));
        return bytes;
    }

    /// <summary>CRC-32C from the superblock to the end of its block, its own field taken as 0; not inverted at the end.</summary>
    public static uint Checksum(ReadOnlySpan<byte> block)
    {
        var crc = uint.MaxValue;
        var from = block[ErofsFormat.SuperblockAt..ErofsFormat.BlockSize];
        for (var i = 0; i < from.Length; i += 8)
        {
            var part = BinaryPrimitives.ReadUInt64LittleEndian(from[i..]);
            crc = BitOperations.Crc32C(crc, i == 0 ? part & uint.MaxValue : part);
        }

        return crc;
    }

    private static void WriteDevices(IReadOnlyList<ErofsDevice> devices, Span<byte> slots)
    {
        for (var i = 0; i < devices.Count; i++)
        {
            var slot = slots[(i * ErofsFormat.DeviceSlotSize)..];
            System.Text.Encoding.ASCII.GetBytes(devices[i].Digest.Hex, slot); // its length is that of the tag
            BinaryPrimitives.WriteUInt32LittleEndian(slot[ErofsFormat.DeviceTagSize..], (uint)devices[i].BlockCount);
        }
    }
}
