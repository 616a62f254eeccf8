namespace Strata.Storage.Uploads;

internal enum UploadEnd
{
    /// <summary>Of the attempt: nothing may be written for it.</summary>
    LeaseLost,

    /// <summary>The upload is given up, here or at the store: begin another.</summary>
    Gone,
}

/// <summary>Ends the parts that are being sent, and is met where the upload was begun: never outside.</summary>
internal sealed class UploadEndedException(UploadEnd end) : Exception($"The upload ended: {end}.")
{
    public UploadEnd End { get; } = end;
}
