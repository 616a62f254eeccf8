namespace Strata.Storage.Uploads;

/// <summary>Pieces to be sent between parts that are there.</summary>
/// <param name="FirstPiece">From 0.</param>
/// <param name="EndPiece">The one behind.</param>
/// <param name="FirstNumber">What the parts may be called, in order.</param>
/// <param name="LastNumber">All that is left goes into the part of this number.</param>
/// <param name="IsLast">At the blob's end: the index is behind it.</param>
internal readonly record struct UploadGap(int FirstPiece, int EndPiece, int FirstNumber, int LastNumber, bool IsLast);

/// <summary>What is left to be sent of a blob, decided from what a record says is there.</summary>
/// <param name="Kept">In order.</param>
/// <param name="Gaps">In order. None: nothing is to be sent.</param>
internal sealed record UploadPlan(IReadOnlyList<PartRow> Kept, IReadOnlyList<UploadGap> Gaps)
{
    /// <summary>S3's, and so everybody's.</summary>
    private const int NumberMax = 10_000;

    /// <summary>Parts that could be of this blob: cut where it is. Whether their content is the blob's is for who can read it to say.</summary>
    public static IReadOnlyList<PartRow> Candidates(PieceLayout layout, IEnumerable<PartRow> recorded) =>
        [.. recorded.Where(part => part.Pieces.Count > 0 && part.EndPiece <= layout.Count && part.Offset == layout.Offset(part.FirstPiece) && IsCutAlike(layout, part))];

    /// <param name="same">Of <see cref="Candidates"/>: those whose content is the blob's.</param>
    /// <param name="hasIndex">The last part has the index of exactly these parts behind it.</param>
    public static UploadPlan Of(PieceLayout layout, IEnumerable<PartRow> same, bool hasIndex)
    {
        var kept = new List<PartRow>();
        var isWhole = true;
        foreach (var part in same.OrderBy(static p => p.Number))
        {
            var (piece, number) = kept.Count == 0 ? (0, 0) : (kept[^1].EndPiece, kept[^1].Number);
            var isNext = part.FirstPiece == piece;
            if (part.FirstPiece < piece || (!isNext && part.Number == number + 1)) // overlaps, or leaves no number for what is missing
            {
                continue;
            }

            if (part.EndPiece == layout.Count && !(hasIndex && isNext && isWhole))
            {
                continue; // the index is of all parts: who sends any, sends the last
            }

            isWhole &= isNext;
            kept.Add(part);
        }

        return new(kept, GapsOf(layout, kept));
    }

    /// <summary>Whether a part may end before this piece: it is large enough for the store, or its gap ends.</summary>
    public static bool EndsPart(UploadGap gap, int number, int nextPiece, long storedBytes, int partSizeMin) =>
        nextPiece == gap.EndPiece || (storedBytes >= partSizeMin && number < gap.LastNumber);

    private static List<UploadGap> GapsOf(PieceLayout layout, List<PartRow> kept)
    {
        var gaps = new List<UploadGap>();
        var (piece, number) = (0, 1);
        foreach (var part in kept)
        {
            if (part.FirstPiece > piece)
            {
                gaps.Add(new(piece, part.FirstPiece, number, part.Number - 1, false));
            }

            (piece, number) = (part.EndPiece, part.Number + 1);
        }

        if (piece < layout.Count)
        {
            gaps.Add(new(piece, layout.Count, number, NumberMax, true));
        }

        return gaps;
    }

    private static bool IsCutAlike(PieceLayout layout, PartRow part)
    {
        for (var i = 0; i < part.Pieces.Count; i++)
        {
            if (part.Pieces[i].PlainLength != layout.Length(part.FirstPiece + i))
            {
                return false;
            }
        }

        return true;
    }
}
