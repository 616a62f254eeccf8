using Strata.Core;

namespace Strata.Storage.Frames;

/// <summary>One part's frames as they are stored. Dispose: the memory goes back.</summary>
public sealed class SealedPart : IDisposable
{
    private readonly PartBuffers _buffers;
    private byte[]? _buffer;

    internal SealedPart(PartBuffers buffers, byte[] buffer, int length, FrameList frames, string? md5) =>
        (_buffers, _buffer, StoredLength, Frames, Md5) = (buffers, buffer, length, frames, md5);

    /// <summary>What is sent. Valid until disposed.</summary>
    public ReadOnlyMemory<byte> Stored => _buffer.AsMemory(0, StoredLength);

    public int StoredLength { get; }

    /// <summary>For the record: with it, the index can be made by who did not send the part.</summary>
    public FrameList Frames { get; }

    /// <summary>Names the plain content: <see cref="FrameList.Digest"/>.</summary>
    public Digest Digest => Frames.Digest;

    /// <summary>Of the stored bytes, lowercase hex: what its ETag will be. Null: it is too short to be sent by itself.</summary>
    public string? Md5 { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _buffers.Return(buffer);
        }
    }
}
