using Strata.Metadata.Leases;

namespace Strata.Storage.Uploads;

/// <summary>Which of an owner's open uploads whoever begins goes on with.</summary>
internal static class UploadChoice
{
    /// <summary>Its own for this blob, or one whose worker is gone: of the same blob, else the one most alike in length, for a job that is run again makes nearly the same again.</summary>
    /// <param name="isHeld">Whether the worker of that lease is there.</param>
    /// <returns>Null: none.</returns>
    public static UploadRow? Of(IReadOnlyList<UploadRow> open, UploadRow begun, Func<LeaseToken, bool> isHeld)
    {
        UploadRow? best = null;
        foreach (var upload in open)
        {
            var isSame = upload.Digest == begun.Digest;
            var mayTake = upload.PieceBytes == begun.PieceBytes && (isSame && upload.Lease == begun.Lease || !isHeld(upload.Lease));
            if (mayTake && (best is null || Distance(upload) < Distance(best)))
            {
                best = upload;
            }
        }

        return best;

        long Distance(UploadRow upload) => upload.Digest == begun.Digest ? -1 : Math.Abs(upload.LengthBytes - begun.LengthBytes);
    }
}
