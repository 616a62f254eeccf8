using System.Text;
using Strata.Core.Diagnostics;
using Strata.Execution.Events;
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
                artifacts-from: { d: { path: d, run: "${{ fromJSON(env.NOT_JSON) }}" } }
                steps: [{ run: "true" }]
            """));

        var report = await run.RunAsync(run.Request(workflow!));

        report.Jobs[0].Reason!.ShouldContain("cannot be evaluated");
        using var database = new Database(run.Data, TimeProvider.System);
        var attempts = await new RunRecords(database, TimeProvider.System, "a test").ListAttemptsAsync(report.RunId, CancellationToken.None);
        attempts.ShouldHaveSingleItem().Status.ShouldBe(RunStatus.Failure);
    }

    [Fact]
    public async Task A_sandbox_that_was_starting_beside_what_failed_is_disposed()
    {
        var broken = new EnvironmentException(new Diagnostic("STR6000", Severity.Error, "the database is broken", null, null));
        using var run = new RunFixture { OpenEntries = _ => throw broken };
        var (workflow, _) = WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes("""
            jobs:
              a:
                image: debian
                steps: [{ run: "true" }, { uses: actions/upload-artifact@v4, with: { name: x, path: x } }]
            """));

        (await Should.ThrowAsync<EnvironmentException>(() => run.RunAsync(run.Request(workflow!)))).ShouldBe(broken);

        run.Host.Started.ShouldHaveSingleItem().IsDisposed.ShouldBeTrue();
        run.Observer.Events.OfType<StepStarted>().ShouldBeEmpty();
    }
}
