using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Artifacts.Kept;

/// <summary>The layers of ready artifacts: they are not collected.</summary>
public sealed class ArtifactRoots(string dataDirectory) : ILayerRoots
{
    /// <exception cref="DatabaseException">The database cannot be read: what it refers to is not known, so nothing may go.</exception>
    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException(dataDirectory);

    /// <exception cref="DatabaseException">The database cannot be read.</exception>
    public ValueTask<bool> IsReferencedAsync(LayerName layer, CancellationToken cancellationToken) => throw new NotSupportedException();
}
