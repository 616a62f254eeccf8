using System.Buffers.Binary;
using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Tests.Views;

/// <summary>The bytes of an image, to be changed as only somebody hostile does. The checksum of its superblock does not count afterwards.</summary>
internal sealed class Image
{
    private const int LinksAt = 44;

    private readonly ErofsHead _head;

    public Image(string path)
    {
        Bytes = File.ReadAllBytes(path);
        using var file = new ErofsFile(File.OpenHandle(path), ownsFile: true);
        _head = ErofsHead.Read(file);
        Bytes[ErofsFormat.SuperblockAt + 8] &= 0xfe; // whoever makes an image makes its checksum
    }

    public byte[] Bytes { get; }

    /// <summary>Where bytes that the image has once are other bytes, as many.</summary>
    public void Replace(string from, string to) => Encoding.Latin1.GetBytes(to).CopyTo(Bytes, AtOf(Encoding.Latin1.GetBytes(from)));

    public void Rename(string name, string to) => Replace(name, to);

    public ulong Nid(string path) => path.Length == 0 ? _head.RootNid : BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(NameAt(path)));

    /// <summary>The name leads to another inode.</summary>
    public void Lead(string path, ulong nid)
    {
        var at = NameAt(path);
        BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(at), nid);
        if (nid < (ulong)Bytes.Length / ErofsFormat.SlotSize)
        {
            Bytes[at + 10] = (BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(InodeAt(nid) + 4)) & 0xf000) == 0x4000 ? (byte)2 : (byte)1;
        }
    }

    /// <summary>What the directory calls <c>..</c>.</summary>
    public void LeadUp(string directory, ulong nid) => BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(NameIn(Nid(directory), "..")), nid);

    /// <summary>What the directory says that the name is.</summary>
    public void Type(string path, byte type) => Bytes[NameAt(path) + 10] = type;

    public void Size(string path, ulong size) => BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(InodeAt(Nid(path)) + 8), size);

    public void Union(string path, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(InodeAt(Nid(path)) + 16), value);

    /// <summary>64 TiB of nothing, in chunks of 8 TiB.</summary>
    public void Hole(string path)
    {
        var at = InodeAt(Nid(path));
        BinaryPrimitives.WriteUInt16LittleEndian(Bytes.AsSpan(at), ErofsFormat.FormatExtended | (ErofsFormat.LayoutChunks << ErofsFormat.FormatLayoutShift));
        Size(path, 1UL << 46);
        Union(path, ErofsFormat.ChunkBitsMask);
        Bytes.AsSpan(at + ErofsFormat.ExtendedInodeSize, 8 * sizeof(uint)).Fill(0xff);
    }

    public void MakeDevice(string path, uint major, uint minor)
    {
        Type(path, 3);
        var at = InodeAt(Nid(path));
        BinaryPrimitives.WriteUInt16LittleEndian(Bytes.AsSpan(at + 4), 0x2000 | 0x1b6);
        Union(path, DeviceNumber.Encode(major, minor)!.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(at + LinksAt), 1);
    }

    private int InodeAt(ulong nid)
    {
        var at = (int)((_head.MetadataBlock << ErofsFormat.BlockBits) + ((long)nid * ErofsFormat.SlotSize));
        (Bytes[at] & ErofsFormat.FormatExtended).ShouldBe(1); // what is changed here stands where it stands in long inodes
        return at;
    }

    /// <summary>The entry of a path in its directory.</summary>
    private int NameAt(string path)
    {
        var slash = path.LastIndexOf('/');
        return NameIn(Nid(slash < 0 ? "" : path[..slash]), path[(slash + 1)..]);
    }

    /// <summary>Of directories that stand beside their inode, as all small ones do.</summary>
    private int NameIn(ulong directory, string name)
    {
        var inode = InodeAt(directory);
        var size = (int)BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(inode + 8));
        var start = inode + ErofsFormat.ExtendedInodeSize + AttributeDecoding.SizeOf(BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan(inode + 2)));
        var block = Bytes.AsSpan(start, size);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(block[8..]) / ErofsFormat.DirectoryEntrySize;
        for (var i = 0; i < count; i++)
        {
            var from = BinaryPrimitives.ReadUInt16LittleEndian(block[((i * ErofsFormat.DirectoryEntrySize) + 8)..]);
            var to = i + 1 < count ? BinaryPrimitives.ReadUInt16LittleEndian(block[(((i + 1) * ErofsFormat.DirectoryEntrySize) + 8)..]) : size;
            if (block[from..to].SequenceEqual(Encoding.Latin1.GetBytes(name)))
            {
                return start + (i * ErofsFormat.DirectoryEntrySize);
            }
        }

        throw new InvalidOperationException($"The image has no {name} there.");
    }

    private int AtOf(byte[] text)
    {
        var at = Bytes.AsSpan().IndexOf(text);
        at.ShouldBeGreaterThan(0);
        Bytes.AsSpan(at + 1).IndexOf(text).ShouldBe(-1, "it is there twice");
        return at;
    }
}
