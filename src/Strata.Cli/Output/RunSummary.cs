using System.Globalization;
using Strata.Core;
using Strata.Core.Text;
using Strata.Execution.Reporting;

namespace Strata.Cli.Output;

/// <summary>What a run came to, on stdout: a line a job, the steps that failed, the whole.</summary>
internal static class RunSummary
{
    public static void Write(TextWriter output, RunReport report, ParallelSavings savings, string logDirectory, IReadOnlyList<string> written, Terminal terminal)
    {
        output.WriteLine();
        var width = report.Jobs.Count == 0 ? 0 : Math.Min(48, report.Jobs.Max(job => job.Name.Length));
        foreach (var job in report.Jobs)
        {
            var took = job.Status == RunStatus.Skipped ? "" : Lifetime.Format(TimeSpan.FromMilliseconds(job.DurationMs));
            output.WriteLine($"  {Terminal.Printable(job.Name).PadRight(width)}  {Paint(terminal, job.Status, RunDisplay.Word(job.Status).PadRight(9))}  {took}".TrimEnd());
            if (job.Status is RunStatus.Failure or RunStatus.Cancelled)
            {
                WriteWhy(output, job);
            }
        }

        var overhead = Lifetime.Format(TimeSpan.FromMilliseconds(report.OverheadMs));
        output.WriteLine();
        output.WriteLine(
            $"{Paint(terminal, report.Status, RunDisplay.Word(report.Status))} in {Lifetime.Format(TimeSpan.FromMilliseconds(report.DurationMs))}"
            + $" (of it Strata itself {overhead}){(report.Reason is null ? "" : $": {report.Reason}")}");
        if (savings.SavedMs >= 1000 && savings.OneByOneMs <= report.DurationMs)
        {
            output.WriteLine($"jobs that do not need each other could run at once: --max-parallel saves up to {Lifetime.Format(TimeSpan.FromMilliseconds(savings.SavedMs))}");
        }

        WriteArtifacts(output, report, written);
        output.WriteLine($"logs: {logDirectory}");
    }

    private static void WriteArtifacts(TextWriter output, RunReport report, IReadOnlyList<string> written)
    {
        var artifacts = report.Jobs.SelectMany(static job => job.Artifacts).Where(static artifact => artifact is { Direction: "upload", State: "ready" }).ToList();
        if (artifacts.Count == 0)
        {
            return;
        }

        output.WriteLine("artifacts:");
        foreach (var artifact in artifacts)
        {
            output.WriteLine($"  {artifact.Name}  {new ByteSize(artifact.SizeBytes)}  {artifact.Digest}");
        }

        output.WriteLine(written.Count > 0 ? $"  in {Path.GetDirectoryName(written[0])}" : $"  strata artifact get {artifacts[0].Name}{(artifacts.Count > 1 ? " (or another name)" : "")} fetches it");
    }

    private static void WriteWhy(TextWriter output, JobReport job)
    {
        if (job.Reason is not null)
        {
            output.WriteLine($"    {Terminal.Printable(job.Reason)}");
        }

        for (var i = 0; i < job.Steps.Count; i++)
        {
            var step = job.Steps[i];
            if (step is { Status: RunStatus.Failure, ContinuedOnError: false })
            {
                output.WriteLine(Terminal.Printable($"    step {i + 1} {(step.Name is null ? "" : $"'{step.Name}' ")}failed{Detail(step)}"));
            }
        }
    }

    /// <summary>The first line of its reason, unless that is the exit code; what to do about it stands where the step ended.</summary>
    private static string Detail(StepReport step)
    {
        var exit = step.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"exit code {code}") : null;
        return step.Reason is null || step.Reason == exit ? (exit is null ? "" : $", {exit}") : $": {step.Reason.Split('\n')[0]}";
    }

    private static string Paint(Terminal terminal, RunStatus status, string text) => terminal.Paint(text, status switch
    {
        RunStatus.Success => Color.Green,
        RunStatus.Failure => Color.Red,
        RunStatus.Cancelled => Color.Yellow,
        _ => Color.Dim,
    });
}
