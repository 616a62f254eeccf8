using Strata.Artifacts.Kept;
using Strata.Artifacts.Records;
using Strata.Artifacts.Tests.Archives;
using Strata.Artifacts.Tests.Records;
using Strata.Images.Tests.Records;
using Strata.Layers.Store;

namespace Strata.Artifacts.Tests.Kept;

public sealed class ArtifactRootsTests : IDisposable
{
    private readonly SampleTree _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task The_collector_keeps_what_ready_artifacts_name_and_nothing_once_they_are_over()
    {
        var (kept, deleted) = (await _sample.StoreAsync("echo 1 > a", "echo 2 > b"), await _sample.StoreAsync("echo 3 > c"));
        await using var bench = new ArtifactBench(new ManualClock(), _sample.Data);
        await bench.PublishAsync("r1", "dist", content: kept);
        var other = await bench.PublishAsync("r2", "dist", content: deleted);
        var roots = new LayerRoots(new ArtifactRoots(_sample.Data));
        (await roots.ListAsync(CancellationToken.None)).ShouldContain(new LayerName(LayerOrg.Of("acme"), deleted.Layers[0]));
        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(new LayerName(LayerOrg.Of("other"), deleted.Layers[0]));
        await bench.Artifacts.DeleteAsync(other.Id, ArtifactBench.Main, "ann", null, CancellationToken.None);
        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(new LayerName(LayerOrg.Of("acme"), deleted.Layers[0]));
        var report = await new LocalLayerStore(_sample.Data, TimeProvider.System).CollectAsync(roots, 1, CancellationToken.None);
        report.Removed.ShouldBe(1);
        kept.Layers.ShouldAllBe(layer => _sample.Layers.Find(layer) != null);
        _sample.Layers.Find(deleted.Layers[0]).ShouldBeNull();
    }

    [Fact]
    public async Task Where_nothing_was_recorded_no_database_is_made()
    {
        (await new ArtifactRoots(_sample.Data).ListAsync(CancellationToken.None)).ShouldBeEmpty();
        Directory.GetFileSystemEntries(_sample.Data).ShouldBeEmpty();
    }
}
