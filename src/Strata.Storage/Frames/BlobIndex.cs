using Strata.Core;

namespace Strata.Storage.Frames;

/// <summary>Where the index of an object lies: kept with the wrapped key.</summary>
/// <param name="Offset">Stored bytes before it.</param>
/// <param name="StoredLength">At most <see cref="BlobIndex.StoredLengthMax"/>.</param>
public readonly record struct IndexPlace(long Offset, int StoredLength);

/// <param name="StoredLength">With what it was filled up with.</param>
public sealed record IndexedPart(FrameList Frames, long StoredLength);

/// <summary>Every frame of a blob: where it lies, what it must be.</summary>
public sealed class BlobIndex
{
    /// <summary>Of about 1.6 TiB.</summary>
    public const int StoredLengthMax = 64 << 20;

    /// <param name="digest">Of the whole plain blob: its writer's claim.</param>
    /// <param name="parts">From number 1 on, none left out.</param>
    public BlobIndex(Digest digest, IReadOnlyList<IndexedPart> parts) => (Digest, Parts) = (digest, parts);

    public Digest Digest { get; }

    public IReadOnlyList<IndexedPart> Parts { get; }

    /// <summary>Plain bytes of the blob.</summary>
    public long Length => throw new NotSupportedException();

    /// <summary>Stored bytes before the index.</summary>
    public long StoredLength => throw new NotSupportedException();
}
