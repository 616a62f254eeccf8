using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Records;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Images.Kept;

/// <param name="Warning">The store is still over its cap.</param>
public sealed record CollectionOutcome(int Removed, long BytesFreed, Diagnostic? Warning);

/// <summary>Keeps the layer store within its cap. Looking costs two file stats a layer, and is done once in a while only.</summary>
/// <param name="roots">All that keeps layers there.</param>
/// <param name="capBytes">Null: 20 GB or a tenth of the disk, whichever is less.</param>
public sealed class LayerCollector(string dataDirectory, ILayerRoots roots, long? capBytes, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>What was used since then stays, even if the store is over its cap.</summary>
    private static readonly TimeSpan UnusedMin = TimeSpan.FromDays(7);

    private readonly LocalLayerStore _store = new(dataDirectory, time);
    private readonly string _stamp = Path.Combine(dataDirectory, "layers", "last-collection");

    /// <summary>For the end of a run: one look at a file, and once in ten minutes an accounting.</summary>
    /// <returns>Null: nothing was to be done.</returns>
    public async ValueTask<CollectionOutcome?> RunIfDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if ((now - File.GetLastWriteTimeUtc(_stamp)).Duration() < Interval || !Directory.Exists(Path.GetDirectoryName(_stamp)))
        {
            return null;
        }

        await File.WriteAllBytesAsync(_stamp, [], cancellationToken).ConfigureAwait(false);
        File.SetLastWriteTimeUtc(_stamp, now);
        return _store.TotalBytes(cancellationToken) <= Cap ? null : await RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<CollectionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var report = await _store.CollectAsync(roots, Cap, cancellationToken).ConfigureAwait(false);
        var (removed, freed) = (report.Removed, report.BytesFreed);
        if (report.BytesOver > 0 && await EvictUnusedAsync(report.BytesOver, cancellationToken).ConfigureAwait(false))
        {
            report = await _store.CollectAsync(roots, Cap, cancellationToken).ConfigureAwait(false);
            (removed, freed) = (removed + report.Removed, freed + report.BytesFreed);
        }

        return new(
            removed, freed,
            report.BytesOver > 0 ? ImageDiagnostics.OverCap(new ByteSize(report.BytesOver).ToString(), new ByteSize(Cap).ToString()) : null);
    }

    /// <summary>Layers of steps that nobody used for a while are let go of, the longest unused first: as many as would do.</summary>
    private async ValueTask<bool> EvictUnusedAsync(long bytesOver, CancellationToken cancellationToken)
    {
        if (!Database.Exists(dataDirectory))
        {
            return false;
        }

        using var database = new Database(dataDirectory, time);
        var records = new ImageLayerRecords(database, time);
        var (evictions, freed) = (new List<Eviction>(), 0L);
        var all = await records.ListAsync(cancellationToken).ConfigureAwait(false);
        var onDisk = _store.List(cancellationToken).ToDictionary(static layer => layer.Name, static layer => layer.DiskBytes); // extracted or not
        var shares = new LayerShares<LayerName>(all.Select(NameOf));
        foreach (var record in all.Reverse()) // newest use first
        {
            if (freed >= bytesOver || time.GetUtcNow() - record.LastUsedAt < UnusedMin)
            {
                break;
            }

            evictions.Add(new(record.Key, record.Scope, "the store is over its limit"));
            freed += shares.IsLast(NameOf(record)) ? onDisk.GetValueOrDefault(NameOf(record)) : 0;
        }

        await records.EvictAsync(evictions, cancellationToken).ConfigureAwait(false);
        return evictions.Count > 0;
    }

    private static LayerName NameOf(ImageLayerRecord record) => new(LayerOrg.Of(record.Scope.Organization), record.Layer);

    private long Cap => capBytes ?? _store.DefaultCapBytes();
}
