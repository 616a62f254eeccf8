using Strata.Core;
using Strata.Core.Tasks;
using Strata.Layers.Store;

namespace Strata.Layers.Remote;

/// <summary>
/// The layers of one organization, on this host's disk as copies of what a blob archive keeps. What is written here is here alone until it is uploaded. What is opened and not here is
/// fetched; what is damaged here is fetched anew.
/// </summary>
internal sealed class CachedLayers(LocalLayers local, LayerFetch fetch) : ILayerPlace
{
    private readonly Turns<Digest> _fetching = new(); // one fetches a layer; the others find it, or try themselves

    public LayerWrite Start() => local.Start();

    /// <summary>On this host.</summary>
    public StoredLayer? Find(Digest digest) => local.Find(digest);

    public ValueTask<LayerOpening> OpenAsync(Digest digest, CancellationToken cancellationToken) => OpenAsync(digest, isNeeded: false, cancellationToken);

    public ValueTask<LayerOpening> OpenNeededAsync(Digest digest, CancellationToken cancellationToken) => OpenAsync(digest, isNeeded: true, cancellationToken);

    public ValueTask<LayerRemoval> RemoveAsync(Digest digest, CancellationToken cancellationToken) => local.RemoveAsync(digest, cancellationToken);

    public Digest? FindDerived(Digest key) => local.FindDerived(key);

    public void RecordDerived(Digest key, Digest layer) => local.RecordDerived(key, layer);

    public TreeSummary? FindSummary(Digest key) => local.FindSummary(key);

    public void RecordSummary(Digest key, TreeSummary summary) => local.RecordSummary(key, summary);

    private async ValueTask<LayerOpening> OpenAsync(Digest digest, bool isNeeded, CancellationToken cancellationToken)
    {
        var opening = await local.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        return opening.Lease is null ? await FetchAsync(digest, opening, isNeeded, cancellationToken).ConfigureAwait(false) : opening;
    }

    private async ValueTask<LayerOpening> FetchAsync(Digest digest, LayerOpening miss, bool isNeeded, CancellationToken cancellationToken)
    {
        using var turn = await _fetching.EnterAsync(digest, cancellationToken).ConfigureAwait(false);
        var again = await local.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (again.Lease is not null)
        {
            return again;
        }

        var fetched = await fetch.RunAsync(digest, isNeeded, cancellationToken).ConfigureAwait(false);
        return fetched.Miss is LayerMiss.Absent && (miss.Miss is not LayerMiss.Absent || miss.WasDamaged) ? miss : fetched;
    }
}
