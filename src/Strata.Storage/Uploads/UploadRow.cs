using Strata.Core;
using Strata.Metadata.Leases;
using Strata.Storage.Blobs;

namespace Strata.Storage.Uploads;

/// <summary>An object that is being written. It outlives its writer, so that another goes on with it.</summary>
internal sealed record UploadRow
{
    /// <summary>Random; the last segment of the object's key.</summary>
    public required string Id { get; init; }

    public required string Owner { get; init; }

    /// <summary>Of the blob it becomes: of another than it was begun for, if whoever goes on has made another.</summary>
    public required Digest Digest { get; init; }

    public required string ObjectKey { get; init; }

    /// <summary>The store's. Null: not begun there, or the object is put at once.</summary>
    public string? UploadId { get; init; }

    public required string WrappedKey { get; init; }

    public required long LengthBytes { get; init; }

    public required int PieceBytes { get; init; }

    /// <summary>Stored bytes of the index at the end of the last part; 0: that was not sent yet.</summary>
    public int IndexLength { get; init; }

    /// <summary>Of who works on it, or did.</summary>
    public required LeaseToken Lease { get; init; }

    public required DateTimeOffset BeatAt { get; init; }

    public UploadTarget? Target => UploadId is null ? null : new(ObjectKey, UploadId);
}
