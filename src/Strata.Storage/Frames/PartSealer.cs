using Strata.Core;
using Strata.Storage.Keys;

namespace Strata.Storage.Frames;

/// <summary>Fills the buffer with the blob's bytes from an offset; called for stretches in order within a part, for several parts at once.</summary>
public delegate ValueTask ReadPlain(long offset, Memory<byte> into, CancellationToken cancellationToken);

/// <summary>Turns plain bytes into parts as they are stored, and holds the memory for that. One for all transfers of a process; safe for concurrent use.</summary>
public sealed class PartSealer : IDisposable
{
    /// <summary>Plain bytes of a frame; the last of a part may be shorter.</summary>
    public const int FrameSize = 1 << 20;

    /// <summary>A blob's part numbers: 1 to 9,999, so that its index can be a part by itself.</summary>
    public const int PartsMax = 9_999;

    /// <summary>Plain bytes of a part: it is held in memory.</summary>
    public const int PartLengthMax = 1 << 30;

    private readonly FrameCodecs _codecs = new();

    internal PartBuffers Buffers { get; } = new();

    /// <summary>Seals one part, on a thread of the pool. Nonces are fresh each time: the same content never gives the same bytes.</summary>
    /// <param name="part">1 to <see cref="PartsMax"/>, in the order of the plain bytes; the seal holds only at this place of this blob.</param>
    /// <param name="length">1 to <see cref="PartLengthMax"/>.</param>
    /// <param name="sentLengthMin">Of what is sent as it is: shorter ones are put together with others, and hashed then.</param>
    public Task<SealedPart> SealAsync(
        BlobKey key, int part, ReadPlain source, long offset, int length, int sentLengthMin, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(part, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, PartsMax);
        CheckLength(length);
        return Task.Run(() => SealNowAsync(key, part, source, offset, length, sentLengthMin, cancellationToken), cancellationToken);
    }

    /// <summary>What <see cref="SealedPart.Digest"/> would be: to see whether a part that was sent is still right, without sealing it again.</summary>
    public Task<Digest> DigestAsync(ReadPlain source, long offset, int length, CancellationToken cancellationToken)
    {
        CheckLength(length);
        return Task.Run(() => DigestNowAsync(source, offset, length, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The index, sealed: the object's last bytes. Behind the last part's in the same part of an upload, or as one of its own (the last may be small).
    /// </summary>
    public static byte[] SealIndex(BlobKey key, BlobIndex index)
    {
        var content = index.Encode();
        var stored = new byte[content.Length + FrameSeal.Overhead];
        using var seal = new FrameSeal(key);
        seal.Seal(BlobIndex.BindingOf(content.Length), content, stored);
        return stored;
    }

    /// <summary>Parts that are still in use keep their memory.</summary>
    public void Dispose() => _codecs.Dispose();

    private static void CheckLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, PartLengthMax);
    }

    private static int FrameCount(int length) => (int)(((long)length + FrameSize - 1) / FrameSize);

    private async Task<SealedPart> SealNowAsync(
        BlobKey key, int part, ReadPlain source, long offset, int length, int sentLengthMin, CancellationToken cancellationToken)
    {
        var frames = new Frame[FrameCount(length)];
        var buffer = Buffers.Rent(length + (frames.Length * FrameSeal.Overhead));
        var codec = _codecs.Take();
        try
        {
            using var seal = new FrameSeal(key);
            var stored = 0;
            for (var i = 0; i < frames.Length; i++)
            {
                var plain = codec.Plain.AsMemory(0, Math.Min(FrameSize, length - (i * FrameSize)));
                await source(offset + ((long)i * FrameSize), plain, cancellationToken).ConfigureAwait(false);
                frames[i] = codec.Seal(seal, part, i, plain.Span, buffer.AsSpan(stored));
                stored += frames[i].StoredLength;
            }

            return new(Buffers, buffer, stored, new(frames), stored < sentLengthMin ? null : PartHash.Md5(buffer.AsSpan(0, stored)));
        }
        catch
        {
            Buffers.Return(buffer);
            throw;
        }
        finally
        {
            _codecs.Return(codec);
        }
    }

    private async Task<Digest> DigestNowAsync(ReadPlain source, long offset, int length, CancellationToken cancellationToken)
    {
        var frames = new Frame[FrameCount(length)];
        var codec = _codecs.Take();
        try
        {
            for (var i = 0; i < frames.Length; i++)
            {
                var plain = codec.Plain.AsMemory(0, Math.Min(FrameSize, length - (i * FrameSize)));
                await source(offset + ((long)i * FrameSize), plain, cancellationToken).ConfigureAwait(false);
                frames[i] = new(plain.Length, plain.Length + FrameSeal.Overhead, IsCompressed: false, Digest.Of(plain.Span));
            }

            return new FrameList(frames).Digest;
        }
        finally
        {
            _codecs.Return(codec);
        }
    }
}
