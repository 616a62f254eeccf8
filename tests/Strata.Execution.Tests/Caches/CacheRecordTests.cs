using System.Text;
using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Core.Diagnostics;
using Strata.Execution.Sources;
using Strata.Execution.Tests.Fakes;
using Strata.Metadata;
using Strata.Workflows.Parsing;

namespace Strata.Execution.Tests.Caches;

/// <summary>What a job did with its caches is recorded, however it ends.</summary>
public sealed class CacheRecordTests
{
    private static readonly Diagnostic Problem = new("STR5001", Severity.Error, "There is no room.", null, "Make some.");

    [Fact]
    public async Task A_job_whose_sandbox_does_not_start_has_looked_for_its_caches()
    {
        using var run = new RunFixture { Host = new() { Refuses = new EnvironmentException(Problem) } };
        using var layers = new WorkspaceLayers(run.Data, TimeProvider.System);
        run.Layers = layers;
        run.OpenEntries = _ => LocalEntries.Open(run.Data);
        var (workflow, _) = WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes("""
            jobs:
              a:
                name: Unit tests
                image: debian
                caches: [{ paths: [~/x], key: k }]
                steps: [{ run: "true" }]
            """));

        await Should.ThrowAsync<EnvironmentException>(() => run.RunAsync(run.Request(workflow!)));

        var lookup = Lookups(run, run.Observer.Events[0].RunId).ShouldHaveSingleItem();
        (lookup.Class, lookup.Asker.Job, lookup.JobId).ShouldBe((OutcomeClass.NeverSaved, "Unit tests", "a"));
    }

    [Fact]
    public async Task A_save_that_is_cancelled_does_not_cost_the_record()
    {
        using var run = new RunFixture();
        await using var bench = await SessionBench.CreateAsync(run, static services => services);
        var session = bench.Session;
        await session.RestoreAsync([SessionBench.Spec("one"), SessionBench.Spec("two")], CancellationToken.None);
        await using var sandbox = new HostSandbox(new() { Name = "a", RootLowers = [], WorkspaceLowers = [], Binds = [], Network = false, Limits = new(null, null, null, null), Site = false });

        await Should.ThrowAsync<OperationCanceledException>(() => session.SaveAsync([], true, TimeSpan.Zero, sandbox, new(canceled: true)));

        var lookups = Lookups(run, "run-1");
        lookups.Select(static lookup => (lookup.Name, lookup.Class, lookup.Save, lookup.SaveReason)).ShouldBe(
            [("one", OutcomeClass.NeverSaved, "skipped", "cancelled"), ("two", OutcomeClass.NeverSaved, "skipped", "cancelled")]);
        await session.RecordAsync(null);
        Lookups(run, "run-1").Count.ShouldBe(2); // once
    }

    private static IReadOnlyList<RecordedLookup> Lookups(RunFixture run, string runId)
    {
        using var database = new Database(run.Data, TimeProvider.System);
        return new CacheCatalog(database, TimeProvider.System).ListLookupsAsync(CachePart.All, runId, null, null, CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }
}
