using System.Text;
using Strata.Execution.Planning;
using Strata.Execution.Tests.Fakes;
using Strata.Workflows.Parsing;

namespace Strata.Execution.Tests.Planning;

public sealed class RunPlannerTests : IDisposable
{
    private readonly RunFixture _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("failure()", PlannedOutcome.Open, "runs only if something fails")]
    [InlineData("always() && needs.a.result == 'failure'", PlannedOutcome.Open, "runs only if something fails")]
    [InlineData("failure() && github.ref == 'refs/heads/none'", PlannedOutcome.Skipped, "if: failure() && github.ref == 'refs/heads/none' is false")]
    [InlineData("cancelled()", PlannedOutcome.Open, "runs only if the run is cancelled")]
    [InlineData("false", PlannedOutcome.Skipped, "if: false is false")]
    [InlineData("always()", PlannedOutcome.Runs, null)]
    public void A_job_for_failures_is_told_from_one_that_never_runs(string condition, PlannedOutcome outcome, string? reason)
    {
        var job = Planned($"a: {{ steps: [run: x] }}\n  b: {{ needs: a, if: \"{condition}\", steps: [run: x] }}")[1];
        (job.Outcome, job.Reason).ShouldBe((outcome, reason));
    }

    [Fact]
    public void What_is_not_executed_here_is_no_reason_to_refuse_a_job_that_cannot_run() =>
        Planned("a: { if: false, services: { x: { image: y } }, steps: [run: x] }").ShouldHaveSingleItem().Outcome.ShouldBe(PlannedOutcome.Skipped);

    private IReadOnlyList<PlannedJob> Planned(string jobs)
    {
        var (workflow, diagnostics) = WorkflowParser.Parse("ci.yml", Encoding.UTF8.GetBytes($"jobs:\n  {jobs}\n"));
        workflow.ShouldNotBeNull(string.Join("\n", diagnostics));
        return RunPlanner.Make(_run.Request(workflow)).Plan.Jobs;
    }
}
