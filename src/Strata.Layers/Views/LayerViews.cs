using System.Collections.Concurrent;
using Strata.Core;
using Strata.Layers.Erofs;
using Strata.Layers.Store;

namespace Strata.Layers.Views;

/// <summary>What opening a view came to.</summary>
/// <param name="Lease">The caller disposes it. Null: a miss.</param>
/// <param name="Missing">The layer that was missed: the view itself, or one it stands on. Null: none.</param>
/// <param name="WasMade">Whether it had to be written.</param>
public readonly record struct ViewOpening(ViewLease? Lease, Digest? Missing, bool WasMade);

/// <summary>
/// Views, made once for equal requests and kept as layers like any other. A view that is not there costs writing it; nothing refers to it for long.
/// </summary>
/// <param name="home">Where views are kept: the place of the organization whose layers they show.</param>
/// <param name="others">Where else layers that views stand on may be: public bases.</param>
public sealed class LayerViews(ILayerPlace home, IReadOnlyList<ILayerPlace> others)
{
    private readonly ConcurrentDictionary<Digest, Lazy<TreeSummary>> _summaries = new(); // being computed

    /// <summary>Where views are kept, and what layers show is remembered.</summary>
    public ILayerPlace Home => home;

    /// <summary>The view of a request, found or made. A miss only when a view among its layers stands on a layer that is gone.</summary>
    /// <exception cref="DamagedLayerException">A layer contradicts itself or its index.</exception>
    /// <exception cref="HostileArchiveException">A path is too long or deep under its prefix.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async ValueTask<ViewOpening> OpenAsync(ViewRequest request, CancellationToken cancellationToken)
    {
        var key = ViewKey.Of(request);
        if (home.FindDerived(key) is { } known && await OpenAsync(known, cancellationToken).ConfigureAwait(false) is { Lease: not null } found)
        {
            return found;
        }

        using var write = home.Start();
        var view = await ViewWriter.WriteAsync(request, write.Target, cancellationToken).ConfigureAwait(false);
        using var commit = await write.CommitAsync(view, cancellationToken).ConfigureAwait(false);
        home.RecordDerived(key, view.Digest);
        return await OpenAsync(view.Digest, cancellationToken).ConfigureAwait(false) with { WasMade = true };
    }

    /// <summary>What the view of a request shows, without making it: from what is remembered, else from the layers' indexes; of those who ask at once, one looks there.</summary>
    /// <exception cref="DamagedLayerException">A layer contradicts itself or its index.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public TreeSummary Summarize(ViewRequest request, CancellationToken cancellationToken)
    {
        var key = ViewKey.Of(request with { OwnedBy = null, Modified = null }); // no tree digest has them
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (home.FindSummary(key) is { } known)
            {
                return known;
            }

            var computing = _summaries.GetOrAdd(key, _ => new(() => Summarize(key, request, cancellationToken)));
            try
            {
                return computing.Value;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // who began it gave it up
            }
            finally
            {
                _summaries.TryRemove(new(key, computing));
            }
        }
    }

    private TreeSummary Summarize(Digest key, ViewRequest request, CancellationToken cancellationToken)
    {
        var summary = IndexSummarizing.TryCompute(request, cancellationToken) ?? Walk(request, cancellationToken);
        home.RecordSummary(key, summary);
        return summary;
    }

    private static TreeSummary Walk(ViewRequest request, CancellationToken cancellationToken)
    {
        using var summarizing = new ViewSummarizing(request);
        return summarizing.Compute(cancellationToken);
    }

    /// <summary>As <see cref="OpenAsync(ViewRequest, CancellationToken)"/>, when the view that was found turned out damaged: it is made anew, unless someone holds it.</summary>
    public async ValueTask<ViewOpening> RemakeAsync(ViewRequest request, CancellationToken cancellationToken)
    {
        if (home.FindDerived(ViewKey.Of(request)) is { } damaged)
        {
            await home.RemoveAsync(damaged, cancellationToken).ConfigureAwait(false);
        }

        return await OpenAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A view by its digest, with all it stands on.</summary>
    /// <exception cref="DamagedLayerException">It is no layer, or contradicts itself.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public async ValueTask<ViewOpening> OpenAsync(Digest view, CancellationToken cancellationToken)
    {
        var held = new List<LayerLease>();
        try
        {
            if (await FindAsync(view, cancellationToken).ConfigureAwait(false) is not { } image)
            {
                return new(null, view, false);
            }

            held.Add(image);
            foreach (var device in DevicesOf(image))
            {
                if (await FindAsync(device.Digest, cancellationToken).ConfigureAwait(false) is not { } lease)
                {
                    return new(null, device.Digest, false);
                }

                held.Add(lease);
            }

            var opened = new ViewLease(image, held.GetRange(1, held.Count - 1));
            held.Clear();
            return new(opened, null, false);
        }
        finally
        {
            held.ForEach(static l => l.Dispose());
        }
    }

    /// <summary>What a layer stands on. None: it is no view, or shows no data.</summary>
    public static IReadOnlyList<ErofsDevice> DevicesOf(LayerLease layer)
    {
        using var reader = ErofsReader.Open(layer.Image, ownsFile: false);
        return reader.Devices;
    }

    private async ValueTask<LayerLease?> FindAsync(Digest layer, CancellationToken cancellationToken)
    {
        var lease = (await home.OpenAsync(layer, cancellationToken).ConfigureAwait(false)).Lease;
        for (var i = 0; i < others.Count && lease is null; i++)
        {
            lease = (await others[i].OpenAsync(layer, cancellationToken).ConfigureAwait(false)).Lease;
        }

        return lease;
    }
}
