using System.Text;
using Strata.Execution.Sources;
using Strata.Execution.Tests.Fakes;
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
        run.OpenEntries = _ => LocalEntries.Open(run.Data);
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
}
