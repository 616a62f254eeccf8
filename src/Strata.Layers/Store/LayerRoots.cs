namespace Strata.Layers.Store;

/// <summary>What several kinds of records name, together: a layer that one of them names stays.</summary>
public sealed class LayerRoots(params IReadOnlyList<ILayerRoots> kinds) : ILayerRoots
{
    public async ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new HashSet<LayerName>();
        foreach (var kind in kinds)
        {
            names.UnionWith(await kind.ListAsync(cancellationToken).ConfigureAwait(false));
        }

        return names;
    }
}
