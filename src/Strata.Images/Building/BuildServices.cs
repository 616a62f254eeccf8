using Strata.Images.Records;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>What builds work with.</summary>
internal sealed record BuildServices(
    ImageResolver Bases, ILayerStore Store, LayerTrees Trees, IImageLayerRecords Records, IBuildLeases Leases, BuildLogs Logs, TimeProvider Time);
