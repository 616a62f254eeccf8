using Strata.Core.Diagnostics;
using Strata.Layers.Packing;
using Strata.Layers.Store;

namespace Strata.Images.Copying;

/// <summary>The directories of a path that an image does not have, as a layer.</summary>
internal sealed class WorkdirLayer(string path)
{
    /// <param name="below">The image so far, bottom first.</param>
    /// <param name="path">Absolute.</param>
    /// <returns>Null: they are all there, nothing needs a layer.</returns>
    /// <exception cref="UserErrorException">No directory can be there (STR3163).</exception>
    public static WorkdirLayer? Find(IReadOnlyList<LayerLease> below, string path, SourceSpan at) => null;

    public PackedLayer Write(LayerTarget target) => throw new System.Diagnostics.UnreachableException(target.ImagePath + path);
}
