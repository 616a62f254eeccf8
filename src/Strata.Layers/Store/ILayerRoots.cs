namespace Strata.Layers.Store;

/// <summary>What records name: cache entries, images, artifacts, pins. The store never removes it.</summary>
public interface ILayerRoots
{
    /// <summary>
    /// All of it, at some moment during the call. Who removes layers asks while nobody can lease them: what was recorded under a lease is among it. Quick: others wait.
    /// </summary>
    ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken);
}
