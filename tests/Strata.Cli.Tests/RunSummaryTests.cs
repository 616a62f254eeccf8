using Strata.Cli.Output;
using Strata.Execution.Reporting;

namespace Strata.Cli.Tests;

public sealed class RunSummaryTests
{
    [Fact]
    public void A_failed_step_is_told_with_its_reason_and_one_that_may_fail_is_not()
    {
        var lines = Lines(
            Step(4, "exit code 4", continuedOnError: true),
            Step(1, "exit code 1"),
            Step(0, "GITHUB_OUTPUT: line 1: there is no delimiter after 'A<<'."),
            Step(127, "exit code 127: 'node' is not in the image 'tiny'. Add the package:\nimages:\n  tools:"),
            Step(null, null));

        lines.ShouldBe(
        [
            "    step 2 'work' failed, exit code 1",
            "    step 3 'work' failed: GITHUB_OUTPUT: line 1: there is no delimiter after 'A<<'.",
            "    step 4 'work' failed: exit code 127: 'node' is not in the image 'tiny'. Add the package:",
            "    step 5 'work' failed",
        ]);
    }

    private static List<string> Lines(params StepReport[] steps)
    {
        var report = new RunReport
        {
            RunId = "r", Workflow = null, Repo = "o/r", Ref = "refs/heads/main", Trust = "protected", Status = RunStatus.Failure, Reason = null,
            StartedAt = default, DurationMs = 0, OverheadMs = 0,
            Jobs =
            [
                new()
                {
                    Id = "a", Name = "a", Matrix = null, Status = RunStatus.Failure, Reason = null, Attempt = 1, DurationMs = 1, SandboxStartMs = null, Image = null,
                    Steps = steps,
                },
            ],
        };
        using var output = new StringWriter();
        RunSummary.Write(output, report, new ParallelSavings(0, 0), "logs", [], new Terminal(IsLive: false, UseColor: false, Width: 80));
        return [.. output.ToString().Split('\n').Where(line => line.StartsWith("    step", StringComparison.Ordinal))];
    }

    private static StepReport Step(int? exitCode, string? reason, bool continuedOnError = false) => new()
    {
        Name = "work", Status = RunStatus.Failure, ExitCode = exitCode, Reason = reason, ContinuedOnError = continuedOnError, DurationMs = 1,
        Outputs = new Dictionary<string, string>(),
    };
}
