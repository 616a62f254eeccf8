using Strata.Artifacts.Kept;
using Strata.Images.Kept;
using Strata.Layers.Store;

namespace Strata.Cli;

/// <summary>All that records name, of every kind: whoever removes layers asks here, or loses what somebody needs.</summary>
internal static class KeptLayers
{
    public static ILayerRoots Of(string dataDirectory) => new LayerRoots(new ImageRoots(dataDirectory), new ArtifactRoots(dataDirectory));
}
