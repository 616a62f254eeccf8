using Strata.Artifacts.Kept;
using Strata.Caching;
using Strata.Images.Kept;
using Strata.Layers.Store;

namespace Strata.Cli;

/// <summary>All that keeps layers in a data directory: whoever removes layers asks all of it.</summary>
internal static class LocalRoots
{
    public static ILayerRoots Of(string dataDirectory) => new LayerRoots(new ImageRoots(dataDirectory), new ArtifactRoots(dataDirectory), new CacheRoots(dataDirectory));
}
