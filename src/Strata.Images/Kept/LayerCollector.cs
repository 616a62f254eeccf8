using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Store;

namespace Strata.Images.Kept;

/// <param name="Warning">The store is still over its cap.</param>
public sealed record CollectionOutcome(int Removed, long BytesFreed, Diagnostic? Warning);

/// <summary>Keeps the layer store within its cap. Looking costs two file stats a layer, and is done once in a while only.</summary>
/// <param name="capBytes">Null: 20 GB or a tenth of the disk, whichever is less.</param>
public sealed class LayerCollector(string dataDirectory, long? capBytes, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

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
        var report = await _store.CollectAsync(new ImageRoots(dataDirectory), Cap, cancellationToken).ConfigureAwait(false);
        return new(
            report.Removed, report.BytesFreed,
            report.BytesOver > 0 ? ImageDiagnostics.OverCap(new ByteSize(report.BytesOver).ToString(), new ByteSize(Cap).ToString()) : null);
    }

    private long Cap => capBytes ?? _store.DefaultCapBytes();
}
