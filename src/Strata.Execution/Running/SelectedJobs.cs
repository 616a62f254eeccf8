using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>Which jobs of a workflow a run has, in document order.</summary>
internal static class SelectedJobs
{
    /// <summary>The jobs asked for and, unless refused, what they need.</summary>
    public static (IReadOnlyList<Job> Jobs, IReadOnlyList<Diagnostic> Problems) Of(Workflow workflow, RunSelection selection)
    {
        if (selection.Jobs.Count == 0)
        {
            return (workflow.Jobs, []);
        }

        var byId = workflow.Jobs.ToDictionary(j => j.Id, StringComparer.OrdinalIgnoreCase);
        var problems = new List<Diagnostic>();
        var selected = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var pending = new Stack<string>();
        foreach (var id in selection.Jobs)
        {
            if (byId.ContainsKey(id))
            {
                pending.Push(id);
            }
            else
            {
                problems.Add(ExecutionDiagnostics.UnknownJob(id, Suggestion.Nearest(id, byId.Keys), byId.Keys));
            }
        }

        while (pending.TryPop(out var id))
        {
            if (selected.Add(id) && selection.WithNeeds)
            {
                foreach (var need in byId[id].Needs)
                {
                    pending.Push(need.Value);
                }
            }
        }

        return ([.. workflow.Jobs.Where(j => selected.Contains(j.Id))], problems);
    }
}
