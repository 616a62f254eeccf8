using Strata.Core;

namespace Strata.Storage.Frames;

/// <summary>The frames of one part, in order.</summary>
public sealed class FrameList
{
    public FrameList(IReadOnlyList<Frame> frames) => Frames = frames;

    public IReadOnlyList<Frame> Frames { get; }

    /// <summary>SHA-256 over every frame's plain length (4 bytes, little endian) and digest (32): two parts with the same have the same plain bytes.</summary>
    public Digest Digest => throw new NotSupportedException();

    public long PlainLength => throw new NotSupportedException();

    /// <summary>Without what a part is filled up with.</summary>
    public long StoredLength => throw new NotSupportedException();

    /// <summary>For the record: base64 of 40 bytes a frame.</summary>
    public string Encode() => throw new NotSupportedException();

    /// <exception cref="FormatException">Not of <see cref="Encode"/>.</exception>
    public static FrameList Decode(string text) => throw new NotSupportedException();
}
