using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>What is known of built layers (docs/format/database.md). Safe for concurrent use, by any number of processes.</summary>
internal interface IImageLayerRecords
{
    /// <summary>The nearest live record that the reader may see (DESIGN §7); of those equally near the newest.</summary>
    ValueTask<ImageLayerRecord?> FindAsync(Digest key, RunIdentity reader, CancellationToken cancellationToken);

    /// <summary>Makes a layer visible. It is durable already, and leased. The lease stays the caller's.</summary>
    /// <param name="replaces">The live record of this scope and key is expired first: it was too old, or its layer is lost or damaged.</param>
    ValueTask<PublishOutcome> PublishAsync(ImageLayerRecord record, Lease lease, bool replaces, CancellationToken cancellationToken);

    /// <summary>What this step of a definition last was, live or not (then with the reason), nearest first: to explain what changed.</summary>
    /// <param name="step">From 0.</param>
    ValueTask<ImageLayerRecord?> FindLatestAsync(string definition, int step, RunIdentity reader, CancellationToken cancellationToken);

    /// <summary>Marks as used now. Written at most once an hour for each record.</summary>
    ValueTask TouchAsync(IReadOnlyList<(Digest Key, Scope Scope)> used, CancellationToken cancellationToken);

    /// <summary>All live ones, of every scope, newest use first.</summary>
    ValueTask<IReadOnlyList<ImageLayerRecord>> ListAsync(CancellationToken cancellationToken);

    /// <summary>By policy.</summary>
    /// <returns>Of each: false if it was not live.</returns>
    ValueTask<IReadOnlyList<bool>> EvictAsync(IReadOnlyList<Eviction> evictions, CancellationToken cancellationToken);

    /// <summary>Its layer is damaged: it is out of use for everybody. There is no way back: the layer is built and published anew.</summary>
    /// <param name="reason">For people.</param>
    /// <returns>False: it was not live.</returns>
    ValueTask<bool> QuarantineAsync(Digest key, Scope scope, string reason, CancellationToken cancellationToken);
}

/// <param name="Reason">For people.</param>
internal readonly record struct Eviction(Digest Key, Scope Scope, string Reason);

internal abstract record PublishOutcome
{
    private PublishOutcome()
    {
    }

    public sealed record Published : PublishOutcome;

    /// <summary>Another published first.</summary>
    public sealed record LostRace(ImageLayerRecord Winner) : PublishOutcome;

    /// <summary>Its run, or what it stands on, was revoked: it is for nobody else. Nothing was written.</summary>
    public sealed record Revoked : PublishOutcome;

    /// <summary>The lease ran out or is another's now. Nothing was written.</summary>
    public sealed record LeaseLost : PublishOutcome;
}
