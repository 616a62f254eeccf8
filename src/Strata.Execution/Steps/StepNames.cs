using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>What a step without a name is called.</summary>
internal static class StepNames
{
    private const int LengthMax = 80; // characters

    public static string Of(Step step) => step.Action switch
    {
        StepAction.Run run => Shorten($"Run {FirstLine(run.Script.Value.Text)}"),
        StepAction.LocalAction action => $"Run ./{action.Path}",
        StepAction.BuiltIn builtIn => $"Run actions/{builtIn.Name}",
        StepAction.Foreign foreign => $"Run {foreign.Reference}",
        _ => "Run",
    };

    /// <summary>What a hermetic step's entries are called. Names nothing: its key alone says what it is.</summary>
    public static string InCaches(Step step, Job job) => Shorten($"{job.Id}/{step.Id ?? step.Name?.Text ?? Of(step)}");

    private static string FirstLine(string script)
    {
        foreach (var line in script.AsSpan().EnumerateLines())
        {
            if (!line.Trim().IsEmpty)
            {
                return line.Trim().ToString();
            }
        }

        return "";
    }

    private static string Shorten(string text) => text.Length <= LengthMax ? text : $"{text[..(LengthMax - 1)]}…";
}
