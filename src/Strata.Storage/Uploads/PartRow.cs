using Strata.Storage.Blobs;
using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>A part of an object that its store has taken: one or more pieces, one behind the other.</summary>
/// <param name="Number">The store's, from 1; some may be left out.</param>
/// <param name="FirstPiece">From 0.</param>
/// <param name="Offset">Of its plaintext.</param>
/// <param name="StoredBytes">With what it was filled up with, and with the index if it is the last.</param>
/// <param name="Md5">Of the stored bytes, hex.</param>
/// <param name="Pieces">What lies in it.</param>
internal sealed record PartRow(int Number, int FirstPiece, long Offset, long StoredBytes, string Md5, string ETag, IReadOnlyList<FrameList> Pieces)
{
    public int EndPiece => FirstPiece + Pieces.Count;

    /// <summary>Plaintext.</summary>
    public long Length => Pieces.Sum(static p => p.PlainLength);

    public StoredPart Stored => new(Number, ETag, StoredBytes);
}
