using Strata.Images.Records;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>What builds work with.</summary>
/// <param name="LogDirectory">Logs of builds that go on.</param>
internal sealed record BuildServices(
    ImageResolver Bases, ILayerStore Store, LayerTrees Trees, IImageLayerRecords Records, IBuildLeases Leases, string LogDirectory, TimeProvider Time);
