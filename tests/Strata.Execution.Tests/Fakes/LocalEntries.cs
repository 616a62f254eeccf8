using Strata.Artifacts.Records;
using Strata.Caching.Entries;
using Strata.Execution.Entries;
using Strata.Images;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using Strata.Metadata;
using Strata.Runs.Records;

namespace Strata.Execution.Tests.Fakes;

/// <summary>Real records and layers, in a data directory of a test.</summary>
internal static class LocalEntries
{
    public static EntryServices Open(string data)
    {
        var store = new LocalLayerStore(data, TimeProvider.System);
        var org = LayerOrg.Of("local");
        var place = store.Of(org);
        var scratch = Path.Combine(data, "scratch");
        Directory.CreateDirectory(scratch);
        var database = new Database(data, TimeProvider.System);
        var saved = new AttemptLayers();
        return new(
            new RunRecords(database, TimeProvider.System, "a test"), new ArtifactRecords(database, TimeProvider.System, ArtifactLimits.Default),
            new CacheEntries(database, TimeProvider.System, saved, TimeSpan.FromDays(7)), saved,
            new(place, new LayerViews(place, [store.Public]), new LayerTrees(data, OwnerPolicy.Root), scratch), store.UploadsOf(org), database);
    }
}
