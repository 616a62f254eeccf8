using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>
/// How a blob's plaintext is cut into pieces, each sealed by itself. A function of lengths alone, so that whoever makes the blob again cuts it alike; what changes with times is cut apart
/// from the rest, unless all of it is one piece: that is put at once.
/// </summary>
internal sealed record PieceLayout
{
    /// <summary>Of 9,999: some are shorter, on both sides of the border.</summary>
    private const int PiecesMax = PartSealer.PartsMax - 9;

    private readonly long _length;
    private readonly long _stable;
    private readonly int _stablePieces;

    private PieceLayout(long length, long stable, int pieceBytes)
    {
        (_length, _stable, PieceBytes) = (length, stable, pieceBytes);
        _stablePieces = PiecesOf(stable);
        Count = _stablePieces + PiecesOf(length - stable);
    }

    public int PieceBytes { get; }

    /// <summary>At least one.</summary>
    public int Count { get; }

    /// <param name="pieceBytesMin">A power of two.</param>
    public static PieceLayout Of(long lengthBytes, long stableLengthBytes, int pieceBytesMin)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthBytes);
        var pieceBytes = (long)pieceBytesMin;
        while (lengthBytes / pieceBytes >= PiecesMax)
        {
            pieceBytes *= 2;
        }

        return new(lengthBytes, lengthBytes <= pieceBytes ? 0 : Math.Clamp(stableLengthBytes, 0, lengthBytes), checked((int)pieceBytes));
    }

    /// <param name="piece">From 0.</param>
    public long Offset(int piece) => piece < _stablePieces ? (long)piece * PieceBytes : _stable + ((long)(piece - _stablePieces) * PieceBytes);

    public int Length(int piece) => (int)Math.Min(PieceBytes, (piece < _stablePieces ? _stable : _length) - Offset(piece));

    private int PiecesOf(long bytes) => (int)((bytes + PieceBytes - 1) / PieceBytes);
}
