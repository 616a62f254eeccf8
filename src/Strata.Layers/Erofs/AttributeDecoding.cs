using System.Buffers.Binary;
using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>Reads attributes: <see cref="ErofsFormat"/>. Strata writes all inline; other writers also share them.</summary>
internal sealed class AttributeDecoding(ErofsFile file, ErofsHead head)
{
    private const long SharedBytesMax = 256 << 20; // of all files: small ids may name large values again and again

    private long _sharedBytes;

    public static int SizeOf(ushort count) => count == 0 ? 0 : ErofsFormat.AttributesHeaderSize + ((count - 1) * 4);

    public List<Xattr> Read(in RawInode inode)
    {
        var attributes = new List<Xattr>();
        if (inode.AttributesSize == 0)
        {
            return attributes;
        }

        var bytes = new byte[inode.AttributesSize];
        file.Read(inode.AttributesAt, bytes);
        var shared = bytes[4];
        var at = ErofsFormat.AttributesHeaderSize + (shared * 4);
        if (at > bytes.Length)
        {
            throw Damaged();
        }

        for (var i = 0; i < shared; i++)
        {
            attributes.Add(ReadShared(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ErofsFormat.AttributesHeaderSize + (i * 4)))));
        }

        while (at < bytes.Length)
        {
            attributes.Add(Parse(bytes.AsSpan(at), out var used));
            at = ErofsFormat.Align(at + used, 4);
        }

        attributes.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        for (var i = 1; i < attributes.Count; i++)
        {
            if (attributes[i].Name.AsSpan().SequenceEqual(attributes[i - 1].Name))
            {
                throw Damaged();
            }
        }

        return attributes;
    }

    private Xattr ReadShared(uint id)
    {
        var at = ((long)head.SharedAttributesBlock << ErofsFormat.BlockBits) + (id * 4L);
        Span<byte> header = stackalloc byte[ErofsFormat.AttributeHeaderSize];
        file.Read(at, header);
        var bytes = new byte[ErofsFormat.AttributeHeaderSize + header[0] + BinaryPrimitives.ReadUInt16LittleEndian(header[2..])];
        _sharedBytes += bytes.Length;
        if (_sharedBytes > SharedBytesMax)
        {
            throw new DamagedLayerException("The image's shared attributes take more than 256 MiB.", LayerFault.TooLarge);
        }

        file.Read(at, bytes);
        return Parse(bytes, out _);
    }

    private static Xattr Parse(ReadOnlySpan<byte> bytes, out int used)
    {
        used = ErofsFormat.AttributeHeaderSize;
        if (bytes.Length < used)
        {
            throw Damaged();
        }

        var prefix = ErofsFormat.AttributePrefix(bytes[1]);
        var name = (int)bytes[0];
        var value = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        used += name + value;
        if (prefix.IsEmpty || used > bytes.Length || (name == 0) != (bytes[1] is 2 or 3) || bytes.Slice(ErofsFormat.AttributeHeaderSize, name).Contains((byte)0))
        {
            throw Damaged();
        }

        return new([.. prefix, .. bytes.Slice(ErofsFormat.AttributeHeaderSize, name)], bytes.Slice(ErofsFormat.AttributeHeaderSize + name, value).ToArray());
    }

    private static DamagedLayerException Damaged() => new("The image is damaged: a file's attributes make no sense.");
}
