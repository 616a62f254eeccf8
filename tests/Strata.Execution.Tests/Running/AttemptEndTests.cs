using System.Text;
using Strata.Artifacts.Records;
using Strata.Caching.Entries;
using Strata.Execution.Entries;
using Strata.Execution.Sources;
using Strata.Execution.Tests.Fakes;
using Strata.Images;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using Strata.Metadata;
using Strata.Runs.Records;
using Strata.Workflows.Parsing;

namespace Strata.Execution.Tests.Running;

public sealed class AttemptEndTests
{
    [Fact]
    public async Task An_attempt_that_fails_before_its_steps_is_recorded_as_failed_and_not_found_lost()
    {
        using var run = new RunFixture();
        using var layers = new WorkspaceLayers(run.Data, TimeProvider.System);
        run.Layers = layers;
        run.OpenEntries = _ => Open(run.Data);
        var (workflow, _) = WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes("""
            env: { NOT_JSON: "{" }
            jobs:
              a:
                image: debian
                caches: [{ paths: [~/x], key: "${{ fromJSON(env.NOT_JSON) }}" }]
                steps: [{ run: "true" }]
            """));

        var report = await run.RunAsync(run.Request(workflow!));

        report.Jobs[0].Reason!.ShouldContain("cannot be evaluated");
        using var database = new Database(run.Data, TimeProvider.System);
        var attempts = await new RunRecords(database, TimeProvider.System, "a test").ListAttemptsAsync(report.RunId, CancellationToken.None);
        attempts.ShouldHaveSingleItem().Status.ShouldBe(RunStatus.Failure);
    }

    private static EntryServices Open(string data)
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
