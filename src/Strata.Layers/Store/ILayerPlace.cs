using Strata.Core;

namespace Strata.Layers.Store;

/// <summary>
/// The layers of one organization, by digest. Safe for concurrent use, by several processes too. Whoever records a layer's digest anywhere holds a lease
/// on it until the record is committed: what neither a record names nor a lease holds may go at any time (docs/format/layer-store.md).
/// </summary>
public interface ILayerPlace
{
    /// <summary>Begins a private layer that nobody sees before its commit. Dispose abandons it.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    LayerWrite Start();

    /// <summary>A layer that is present now, unverified, not kept from removal. Null: absent.</summary>
    StoredLayer? Find(Digest digest);

    /// <summary>
    /// The layer, verified and kept from removal until the lease is disposed. Costs one pass over its bytes when the file is not the one that was
    /// verified last, else nothing that depends on its size.
    /// </summary>
    /// <exception cref="IOException">The disk fails otherwise than in reading this layer.</exception>
    ValueTask<LayerOpening> OpenAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>The same, for who fails without it: a store that is away for a moment is waited for.</summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    ValueTask<LayerOpening> OpenNeededAsync(Digest digest, CancellationToken cancellationToken) => OpenAsync(digest, cancellationToken);

    /// <summary>Removes a layer that nobody leases, whatever refers to it. Open mounts without a lease keep working.</summary>
    ValueTask<LayerRemoval> RemoveAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>The layer that was made for a key last, if it is remembered; it may be gone.</summary>
    Digest? FindDerived(Digest key);

    /// <summary>Remembers a layer that can be made again from what its key is the hash of. That keeps it from nothing: when it is collected, it is forgotten.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    void RecordDerived(Digest key, Digest layer);

    /// <summary>What a selection of layers shows, if it is remembered.</summary>
    /// <param name="key">The hash of the layers' digests and of all that decides what of them is shown.</param>
    TreeSummary? FindSummary(Digest key);

    /// <exception cref="IOException">The disk is full or fails.</exception>
    void RecordSummary(Digest key, TreeSummary summary);
}

/// <param name="SizeBytes">Image and index.</param>
/// <param name="LastUsed">Right within a minute.</param>
public sealed record StoredLayer(LayerOrg Org, Digest Digest, long SizeBytes, DateTimeOffset LastUsed)
{
    public LayerName Name => new(Org, Digest);

    /// <summary>What was extracted of it, where layers cannot be mounted. Known of listed layers.</summary>
    public long ExtractedBytes { get; init; }

    /// <summary>All that goes with it.</summary>
    public long DiskBytes => SizeBytes + ExtractedBytes;
}

public readonly record struct LayerName(LayerOrg Org, Digest Digest);

/// <summary>What opening a layer came to.</summary>
/// <param name="Lease">The caller disposes it. Null: a miss.</param>
public readonly record struct LayerOpening(LayerLease? Lease, LayerMiss Miss)
{
    /// <summary>Of a miss, for people. Null: the kind of miss says it.</summary>
    public string? Reason { get; init; }

    /// <summary>Of one that is absent: it was put aside on this host some time ago.</summary>
    public bool WasDamaged { get; init; }

    /// <summary>What came from elsewhere for it now.</summary>
    public long FetchedBytes { get; init; }
}

public enum LayerMiss
{
    /// <summary>It is there.</summary>
    None,

    Absent,

    /// <summary>Its bytes do not have its digest. It was put aside: to be made or fetched again.</summary>
    Damaged,

    /// <summary>The disk could not read it. It was put aside.</summary>
    Unreadable,

    /// <summary>It is kept elsewhere, and from there it did not come: the reason says why. It may another time.</summary>
    Unreachable,
}

public enum LayerRemoval
{
    Removed,
    Absent,
    InUse,

    /// <summary>A record names it.</summary>
    Referenced,
}

/// <summary>What committing a layer came to. Dispose releases the lease.</summary>
/// <param name="Lease">On the layer, ours or the one that was there; null when nothing was stored.</param>
public sealed record LayerCommit(LayerCommitOutcome Outcome, LayerLease? Lease) : IDisposable
{
    public void Dispose() => Lease?.Dispose();
}

public enum LayerCommitOutcome
{
    Stored,

    /// <summary>The same layer was there; what was written is gone.</summary>
    AlreadyPresent,

    /// <summary>The bytes written do not have the digest or size that was claimed; they are gone.</summary>
    Mismatch,
}
