using System.CommandLine;
using System.Text.Json;
using Strata.Cli.Configuration;
using Strata.Cli.Output;
using Strata.Cli.Run;
using Strata.Core.Diagnostics;
using Strata.Execution.Planning;

namespace Strata.Cli.Plan;

/// <summary><c>strata plan</c>: jobs, combinations, order, images, and why a job would be skipped; nothing is started.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var options = new SelectionOptions();
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout." };
        var command = new Command("plan", "Show what a run would do.");
        options.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed => Execute(parsed, options, parsed.GetValue(json)));
        return command;
    }

    private static int Execute(ParseResult parsed, SelectionOptions options, bool json)
    {
        List<Diagnostic> diagnostics = [];
        var data = DataDirectory.Resolve(parsed.GetValue(options.Data));
        var configuration = ConfigurationFile.Read(parsed.GetValue(options.Config), data, diagnostics);
        var request = RunRequestReader.Read(parsed, options, data, configuration, diagnostics);
        if (request is null)
        {
            throw new UserErrorException([.. diagnostics]);
        }

        var (plan, problems) = RunPlanner.Make(request);
        DiagnosticOutput.Print(diagnostics.Concat(problems).Distinct(), Terminal.Detect());
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(plan, PlanJson.Default.RunPlan));
        }
        else
        {
            Write(Console.Out, plan);
        }

        return problems.Any(p => p.Severity == Severity.Error) ? ExitCode.Invalid : ExitCode.Success;
    }

    private static void Write(TextWriter output, RunPlan plan)
    {
        output.WriteLine($"{plan.Workflow ?? plan.File}: {plan.Event} on {plan.Ref} ({plan.Trust}), as {plan.Repo}");
        foreach (var stage in plan.Jobs.GroupBy(job => job.Stage))
        {
            output.WriteLine();
            output.WriteLine(stage.Key == 0 ? "first:" : "then:");
            foreach (var job in stage)
            {
                Write(output, job);
            }
        }
    }

    private static void Write(TextWriter output, PlannedJob job)
    {
        var needs = job.Needs.Count == 0 ? "" : $"  needs {string.Join(", ", job.Needs)}";
        var outcome = job.Outcome switch
        {
            PlannedOutcome.Runs => "",
            PlannedOutcome.Skipped => $"  skipped: {job.Reason}",
            PlannedOutcome.Open => $"  {job.Reason}",
            _ => $"  refused: {job.Reason}",
        };
        output.WriteLine($"  {job.Name}{needs}{outcome}");
        if (job.Outcome is PlannedOutcome.Skipped or PlannedOutcome.Refused)
        {
            return;
        }

        if (job.Image is not null)
        {
            output.WriteLine($"    image {job.Image}");
        }

        foreach (var step in job.Steps)
        {
            output.WriteLine($"    - {step}");
        }
    }
}
