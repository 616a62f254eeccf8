using Strata.Core;
using Strata.Storage.Keys;

namespace Strata.Storage.Frames;

/// <summary>Fills the buffer with the blob's bytes from an offset; called for stretches in order within a part, for several parts at once.</summary>
public delegate ValueTask ReadPlain(long offset, Memory<byte> into, CancellationToken cancellationToken);

/// <summary>Turns plain bytes into parts as they are stored, and holds the memory for that. One for each transfer; safe for concurrent use.</summary>
public sealed class PartSealer : IDisposable
{
    /// <summary>Plain bytes of a frame; the last of a part may be shorter.</summary>
    public const int FrameSize = 1 << 20;

    /// <summary>A blob's part numbers: 1 to 9,999, so that its index can be a part by itself.</summary>
    public const int PartsMax = 9_999;

    /// <summary>Seals one part. Nonces are fresh each time: the same content never gives the same bytes.</summary>
    /// <param name="part">1 to <see cref="PartsMax"/>, in the order of the plain bytes; the seal holds only at this place of this blob.</param>
    /// <param name="storedLengthMin">Filled up with zeros to it: the store's <c>PartSizeMin</c>, unless it is the object's last.</param>
    public Task<SealedPart> SealAsync(
        BlobKey key, int part, ReadPlain source, long offset, int length, int storedLengthMin, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>What <see cref="SealedPart.Digest"/> would be: to see whether a part that was sent is still right, without sealing it again.</summary>
    public Task<Digest> DigestAsync(ReadPlain source, long offset, int length, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>
    /// The index, sealed: the object's last bytes. Behind the last part's in the same part of an upload, or as one of its own (the last may be small).
    /// </summary>
    public byte[] SealIndex(BlobKey key, BlobIndex index) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
