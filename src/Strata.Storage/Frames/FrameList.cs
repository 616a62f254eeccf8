using System.Buffers.Binary;
using Strata.Core;

namespace Strata.Storage.Frames;

/// <summary>The frames of one part, in order; each but the last of <see cref="PartSealer.FrameSize"/>.</summary>
public sealed class FrameList
{
    internal const int EntrySize = 40;

    private const int NamedSize = 36; // plain length, digest
    private const int CompressedBit = 1 << 31;

    /// <exception cref="FormatException">Lengths that cannot be.</exception>
    public FrameList(IReadOnlyList<Frame> frames)
    {
        var hashed = new byte[frames.Count * NamedSize];
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            Check(frame, isLast: i == frames.Count - 1);
            BinaryPrimitives.WriteInt32LittleEndian(hashed.AsSpan(i * NamedSize), frame.PlainLength);
            frame.Digest.CopyTo(hashed.AsSpan((i * NamedSize) + 4));
            PlainLength += frame.PlainLength;
            StoredLength += frame.StoredLength;
        }

        (Frames, Digest) = (frames, Digest.Of(hashed));
    }

    public IReadOnlyList<Frame> Frames { get; }

    /// <summary>SHA-256 over every frame's plain length (4 bytes, little endian) and digest (32): two parts with the same have the same plain bytes.</summary>
    public Digest Digest { get; }

    public long PlainLength { get; }

    /// <summary>Without what a part is filled up with.</summary>
    public long StoredLength { get; }

    /// <summary>For the record: base64 of 40 bytes a frame.</summary>
    public string Encode()
    {
        var bytes = new byte[Frames.Count * EntrySize];
        WriteTo(bytes);
        return Convert.ToBase64String(bytes);
    }

    /// <exception cref="FormatException">Not of <see cref="Encode"/>.</exception>
    public static FrameList Decode(string text)
    {
        var bytes = Convert.FromBase64String(text);
        return bytes.Length % EntrySize == 0 ? Read(bytes) : throw new FormatException("A list of frames that ends within one.");
    }

    /// <summary>Of each frame 4 bytes plain length, 4 stored length and above it the bit for compressed (little endian), 32 digest.</summary>
    internal void WriteTo(Span<byte> target)
    {
        foreach (var frame in Frames)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target, frame.PlainLength);
            BinaryPrimitives.WriteInt32LittleEndian(target[4..], frame.StoredLength | (frame.IsCompressed ? CompressedBit : 0));
            frame.Digest.CopyTo(target[8..]);
            target = target[EntrySize..];
        }
    }

    internal static FrameList Read(ReadOnlySpan<byte> source)
    {
        var frames = new Frame[source.Length / EntrySize];
        for (var i = 0; i < frames.Length; i++)
        {
            var entry = source[(i * EntrySize)..];
            var stored = BinaryPrimitives.ReadInt32LittleEndian(entry[4..]);
            frames[i] = new(BinaryPrimitives.ReadInt32LittleEndian(entry), stored & ~CompressedBit, (stored & CompressedBit) != 0, Digest.FromHash(entry[8..EntrySize]));
        }

        return new(frames);
    }

    private static void Check(Frame frame, bool isLast)
    {
        var sealedLength = frame.StoredLength - FrameSeal.Overhead;
        var right = frame.PlainLength is > 0 and <= PartSealer.FrameSize && (isLast || frame.PlainLength == PartSealer.FrameSize)
            && (frame.IsCompressed ? sealedLength > 0 && sealedLength < frame.PlainLength : sealedLength == frame.PlainLength);
        if (!right)
        {
            throw new FormatException("A frame whose lengths cannot be.");
        }
    }
}
