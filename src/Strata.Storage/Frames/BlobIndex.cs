using System.Buffers.Binary;
using Strata.Core;

namespace Strata.Storage.Frames;

/// <summary>Where the index of an object lies: kept with the wrapped key.</summary>
/// <param name="Offset">Stored bytes before it.</param>
/// <param name="StoredLength">At most <see cref="BlobIndex.StoredLengthMax"/>.</param>
public readonly record struct IndexPlace(long Offset, int StoredLength);

/// <param name="StoredLength">With what it was filled up with.</param>
public sealed record IndexedPart(FrameList Frames, long StoredLength);

/// <summary>
/// Every frame of a blob: where it lies, what it must be. Plain (little endian), before it is sealed:
/// <code>
/// 4 version, 1 · 4 parts · 4 frames · 8 plain length · 32 digest of the blob
/// of each part    4 frames · 8 stored length, with the zeros behind its frames
/// of each frame   4 plain length · 4 stored length, highest bit: compressed · 32 digest
/// </code>
/// </summary>
public sealed class BlobIndex
{
    /// <summary>Of about 1.6 TiB.</summary>
    public const int StoredLengthMax = 64 << 20;

    private const int Version = 1;
    private const int HeadSize = 52;
    private const int PartSize = 12;

    /// <param name="digest">Of the whole plain blob: its writer's claim.</param>
    /// <param name="parts">From number 1 on, none left out. None: an empty blob.</param>
    /// <exception cref="FormatException">Lengths that cannot be.</exception>
    public BlobIndex(Digest digest, IReadOnlyList<IndexedPart> parts)
    {
        (Digest, Parts) = (digest, parts);
        if (parts.Count > PartSealer.PartsMax)
        {
            throw new FormatException("More parts than a blob may have.");
        }

        foreach (var part in parts)
        {
            if (part.StoredLength < part.Frames.StoredLength || part.Frames.Frames.Count == 0)
            {
                throw new FormatException("A part whose lengths cannot be.");
            }

            Length += part.Frames.PlainLength;
            StoredLength = checked(StoredLength + part.StoredLength);
            FrameCount += part.Frames.Frames.Count;
        }
    }

    public Digest Digest { get; }

    public IReadOnlyList<IndexedPart> Parts { get; }

    /// <summary>Plain bytes of the blob.</summary>
    public long Length { get; }

    /// <summary>Stored bytes before the index.</summary>
    public long StoredLength { get; }

    internal int FrameCount { get; }

    internal static FrameBinding BindingOf(int length) => new(Part: 0, Position: 0, length, IsCompressed: false);

    internal byte[] Encode()
    {
        var bytes = new byte[HeadSize + (Parts.Count * PartSize) + (FrameCount * FrameList.EntrySize)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Parts.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), FrameCount);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), Length);
        Digest.CopyTo(bytes.AsSpan(20));
        var rest = bytes.AsSpan(HeadSize);
        foreach (var part in Parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, part.Frames.Frames.Count);
            BinaryPrimitives.WriteInt64LittleEndian(rest[4..], part.StoredLength);
            rest = rest[PartSize..];
        }

        foreach (var part in Parts)
        {
            part.Frames.WriteTo(rest);
            rest = rest[(part.Frames.Frames.Count * FrameList.EntrySize)..];
        }

        return bytes;
    }

    /// <exception cref="FormatException">Not an index of this version.</exception>
    internal static BlobIndex Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadSize || BinaryPrimitives.ReadInt32LittleEndian(bytes) != Version)
        {
            throw new FormatException("An index of another version.");
        }

        var partCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var frameCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (partCount is < 0 or > PartSealer.PartsMax || frameCount < 0
            || bytes.Length != HeadSize + ((long)partCount * PartSize) + ((long)frameCount * FrameList.EntrySize))
        {
            throw new FormatException("An index whose counts are not its length.");
        }

        var index = new BlobIndex(Digest.FromHash(bytes[20..HeadSize]), ReadParts(bytes[HeadSize..], partCount, frameCount));
        return index.Length == BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]) ? index : throw new FormatException("An index whose frames are not the blob's length.");
    }

    private static IndexedPart[] ReadParts(ReadOnlySpan<byte> bytes, int partCount, int frameCount)
    {
        var parts = new IndexedPart[partCount];
        var frames = bytes[(partCount * PartSize)..];
        for (var i = 0; i < partCount; i++)
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * PartSize)..]);
            frameCount -= count;
            if (count < 0 || frameCount < 0)
            {
                throw new FormatException("An index whose parts have other frames than it.");
            }

            parts[i] = new(FrameList.Read(frames[..(count * FrameList.EntrySize)]), BinaryPrimitives.ReadInt64LittleEndian(bytes[((i * PartSize) + 4)..]));
            frames = frames[(count * FrameList.EntrySize)..];
        }

        return frameCount == 0 ? parts : throw new FormatException("An index whose parts have other frames than it.");
    }
}
