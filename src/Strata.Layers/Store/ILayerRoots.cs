namespace Strata.Layers.Store;

/// <summary>What records name: cache entries, images, artifacts, pins. The store never removes it.</summary>
public interface ILayerRoots
{
    /// <summary>All of it, at some moment during the call.</summary>
    ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Now, for one that is about to be removed and that nobody can lease meanwhile. Quick: others wait.</summary>
    ValueTask<bool> IsReferencedAsync(LayerName layer, CancellationToken cancellationToken);
}
