namespace Strata.Layers.Store;

/// <summary>What any of several kinds of records name.</summary>
public sealed class AllRoots(IReadOnlyList<ILayerRoots> kinds) : ILayerRoots
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

    public async ValueTask<bool> IsReferencedAsync(LayerName layer, CancellationToken cancellationToken)
    {
        foreach (var kind in kinds)
        {
            if (await kind.IsReferencedAsync(layer, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }
}
