using Strata.Core;
using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>The index of an object's parts: each piece is a part to it, and what a part was filled up with is its last piece's.</summary>
internal static class IndexLayout
{
    /// <param name="before">By number: parts that are sent or being sent.</param>
    /// <param name="last">Pieces of the last part, which is not among them.</param>
    public static BlobIndex Of(Digest digest, IReadOnlyList<PartRow> before, IReadOnlyList<SealedPart> last)
    {
        var indexed = new List<IndexedPart>();
        foreach (var part in before)
        {
            var filled = part.StoredBytes;
            for (var i = 0; i < part.Pieces.Count; i++)
            {
                var frames = part.Pieces[i];
                indexed.Add(new(frames, i == part.Pieces.Count - 1 ? filled : frames.StoredLength));
                filled -= frames.StoredLength;
            }
        }

        foreach (var piece in last)
        {
            indexed.Add(new(piece.Frames, piece.StoredLength));
        }

        return new(digest, indexed);
    }
}
