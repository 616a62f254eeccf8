using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing;

namespace Strata.Execution.Steps;

/// <summary>Local actions as they are in the user's directory before a job starts. What a job makes itself is not there yet: that is found out when it is called.</summary>
internal static class LocalActions
{
    /// <returns>Null: there is none. The action is null if it is not valid.</returns>
    public static (CompositeAction? Action, IReadOnlyList<Diagnostic> Diagnostics)? Find(string workspace, string path)
    {
        foreach (var name in (string[])["action.yml", "action.yaml"])
        {
            var file = new FileInfo(Path.Combine(workspace, path, name));
            if (file.Exists && file.Length <= WorkflowParser.FileSizeMax)
            {
                return WorkflowParser.ParseAction(Path.Combine(path, name), File.ReadAllBytes(file.FullName));
            }
        }

        return null;
    }

    /// <summary>Of the job, and of all actions that are called from there, each once.</summary>
    public static IReadOnlyList<Step> StepsOf(Job job, string workspace)
    {
        if (!job.Steps.Any(static step => step.Action is StepAction.LocalAction))
        {
            return job.Steps;
        }

        var (steps, seen) = (new List<Step>(job.Steps), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Action is StepAction.LocalAction call && seen.Add(call.Path) && TryFind(workspace, call.Path) is { } action)
            {
                steps.AddRange(action.Steps);
            }
        }

        return steps;
    }

    private static CompositeAction? TryFind(string workspace, string path)
    {
        try
        {
            return Find(workspace, path)?.Action;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the step that calls it says what is wrong
        }
    }
}
