using Strata.Images;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Execution.Trees;

/// <summary>Layers of one run's organization, for what its jobs restore and save.</summary>
/// <param name="Place">Where they are kept.</param>
/// <param name="Scratch">A directory of this host for what is needed while something is written.</param>
public sealed record RunLayers(ILayerPlace Place, LayerViews Views, LayerTrees Trees, string Scratch) : IDisposable
{
    public void Dispose() => Trees.Dispose();
}
