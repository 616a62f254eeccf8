using Strata.Core;
using Strata.Core.Identity;
using Strata.Images.Kept;
using Strata.Images.Pruning;
using Strata.Images.Records;
using Strata.Images.Tests.Copying;
using Strata.Images.Tests.Records;
using Strata.Layers.Packing;
using Strata.Layers.Store;

namespace Strata.Images.Tests.Pruning;

/// <summary>What is found to be used, and what is removed.</summary>
public sealed class ImagePruningTests : IDisposable
{
    private static readonly RunIdentity Elsewhere = RecordsBench.Main with { Repository = "other" };

    private readonly RecordsBench _bench = new(TimeProvider.System);
    private readonly List<LayerLease> _held = [];

    public void Dispose()
    {
        _held.ForEach(static lease => lease.Dispose());
        _bench.Dispose();
    }

    [Fact]
    public async Task What_a_definition_was_built_to_last_and_what_is_held_stays()
    {
        await BuildAsync("older", "tool", 3, ago: 2);
        await BuildAsync("newest", "tool", 3, ago: 1);
        await BuildAsync("no layer any more", "tool", 4, ago: 1);
        await BuildAsync("of another repository", "tool", 3, ago: 1, Elsewhere);
        await BuildAsync("nobody's", "gone", 0, ago: 1);
        await BuildAsync("held", "gone", 1, ago: 1, holds: true);
        await BuildAsync("own", "of job", 0, ago: 1);

        var decisions = (await PruneAsync()).Decisions.ToDictionary(d => d.Item.Name.Split(" (")[0] + (d.Item.Name.Contains("/other/", StringComparison.Ordinal) ? " elsewhere" : "") + $" {d.Goes}", d => d.Reason);

        decisions.Keys.ShouldBe(
            ["tool, step 4 True", "tool, step 4 False", "tool, step 5 True", "tool, step 4 elsewhere True", "gone, step 1 True", "gone, step 2 False", "of job, step 1 False"], ignoreOrder: true);
        decisions["tool, step 4 False"].ShouldBe("used by the definition tool");
        decisions["gone, step 2 False"].ShouldBe("used by a job");
        decisions["of job, step 1 False"].ShouldBe("used by the definition of job");
        Stored().ShouldBe(3);
        (await _bench.FindAsync("newest", RecordsBench.Main)).ShouldNotBeNull();
        (await _bench.FindAsync("older", RecordsBench.Main)).ShouldBeNull();

        _held.ForEach(static lease => lease.Dispose());
        (await PruneAsync()).Decisions.Where(d => d.Goes).ShouldHaveSingleItem().Item.Name.ShouldStartWith("gone, step 2");
        Stored().ShouldBe(2);
    }

    [Fact]
    public async Task Of_two_images_with_one_name_what_each_was_built_to_last_stays()
    {
        await BuildAsync("older", "shared", 0, ago: 3);
        await BuildAsync("one's", "shared", 0, ago: 2);
        await BuildAsync("the other's", "shared", 0, ago: 1);

        (await PruneAsync()).Decisions.Count(static d => d.Goes).ShouldBe(1);

        (await _bench.FindAsync("older", RecordsBench.Main)).ShouldBeNull();
        (await _bench.FindAsync("one's", RecordsBench.Main)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Records_that_share_a_layer_free_it_once_and_only_together()
    {
        await BuildAsync("one", "gone", 0, ago: 2, content: "same");
        await BuildAsync("two", "tool", 3, ago: 1, content: "same");

        var outcome = await PruneAsync();

        outcome.BytesFreed.ShouldBe(0);
        outcome.Decisions.Single(d => d.Goes).Reason.ShouldEndWith("its layer is used elsewhere, and stays");
        Stored().ShouldBe(1);
    }

    [Fact]
    public async Task Over_the_stores_limit_all_records_of_a_shared_layer_go_before_it_counts()
    {
        await BuildAsync("one", "gone", 0, ago: 30, content: "same");
        await BuildAsync("two", "gone", 1, ago: 20, content: "same");
        await BuildAsync("three", "gone", 2, ago: 10);

        var outcome = await new LayerCollector(_bench.Directory, new ImageRoots(_bench.Directory), Store.TotalBytes(CancellationToken.None) - 1, TimeProvider.System)
            .RunAsync(CancellationToken.None);

        (outcome.Removed, outcome.Warning).ShouldBe((1, null));
        (await _bench.Records.ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Key.ShouldBe(RecordsBench.Key("three"));
    }

    private LocalLayerStore Store => new(_bench.Directory, TimeProvider.System);

    private int Stored() => Store.List(CancellationToken.None).Count;

    private async Task BuildAsync(string key, string definition, int step, int ago, RunIdentity? writer = null, string? content = null, bool holds = false)
    {
        var place = Store.Of(LayerOrg.Of(RecordsBench.Main.Organization));
        using var write = place.Start();
        using var builder = new LayerBuilder(write.Target);
        var bytes = System.Text.Encoding.UTF8.GetBytes(content ?? key);
        builder.BeginFile(CopyStore.File("f") with { Size = bytes.Length });
        builder.Write(bytes);
        builder.EndFile();
        var lease = (await write.CommitAsync(builder.Finish(), CancellationToken.None)).Lease!;
        _held.Add(lease);
        var used = TimeProvider.System.GetUtcNow().AddDays(-ago);
        (await _bench.BuildAsync(_bench.Record(key, writer ?? RecordsBench.Main) with
        {
            Layer = lease.Digest, SizeBytes = lease.SizeBytes, Definition = definition, Step = step, CreatedAt = used, LastUsedAt = used,
        })).ShouldBeOfType<PublishOutcome.Published>();
        if (!holds)
        {
            lease.Dispose();
        }
    }

    private Task<PruneOutcome> PruneAsync()
    {
        var steps = new DefinedSteps();
        steps.Add("tool", [3]);
        steps.Add("of job", [0]);
        steps.Add("shared", [0]);
        steps.Add("shared", [0, 1]);
        return new ImagePruning(_bench.Directory, new ImageRoots(_bench.Directory), null, TimeProvider.System)
            .RunAsync(new() { AllUnused = true }, steps, RecordsBench.Main, static _ => [], new ProgressLines(), CancellationToken.None);
    }
}
