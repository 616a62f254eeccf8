using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Execution.Images;
using Strata.Execution.Jobs;
using Strata.Execution.Steps;
using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Running;

/// <summary>Everything that can be refused before the first job, all at once.</summary>
internal static class RunCheck
{
    public static IReadOnlyList<Diagnostic> Check(RunRequest request)
    {
        var (jobs, selection) = SelectedJobs.Of(request.Workflow, request.Selection);
        var problems = new List<Diagnostic>(selection);
        problems.AddRange(WorkflowInputs.Of(request).Problems);
        problems.AddRange(CheckMatrix(jobs, request.Selection.Matrix));
        var images = new ImageSelection(request.Workflow, request.RunnerImages, request.WorkspaceDirectory, request.Lock);
        var actions = new HashSet<string>(StringComparer.Ordinal); // looked at once, however often used
        if (request.SuggestInputs is { } wanted && !jobs.SelectMany(static job => job.Steps).Any(step => IsHermetic(step, wanted)))
        {
            problems.Add(ExecutionDiagnostics.NoSuchHermeticStep(wanted));
        }

        var foresight = new Foresight(request, jobs);
        foreach (var job in jobs)
        {
            problems.AddRange(Obstacles(job, request.Selection.Matrix, foresight));
            if (images.Select(job, scope: null).Problems is [_, ..] wrong && foresight.MayRun(job))
            {
                problems.AddRange(wrong);
            }

            foreach (var step in job.Steps)
            {
                if (step.Action is StepAction.LocalAction && foresight.MayRun(job) && foresight.MayRun(job, step))
                {
                    CheckAction(job, step, request.WorkspaceDirectory, foresight, actions, problems);
                }
            }
        }

        return problems.Count == 0 ? [] : [.. problems.Distinct().OrderBy(d => d.At?.File, StringComparer.Ordinal).ThenBy(d => d.At?.Line).ThenBy(d => d.At?.Column)];
    }

    /// <summary>What the job uses that is not executed here and that may come to run, as errors.</summary>
    public static IEnumerable<Diagnostic> Obstacles(Job job, IReadOnlyDictionary<string, string> matrix, Foresight foresight) => job.Unsupported
        .Where(part => IsSelected(part, matrix) && foresight.MayRun(job) && (part.Step is not { } step || foresight.MayRun(job, job.Steps[step])))
        .Select(static part => part.Diagnostic with { Severity = Severity.Error });

    /// <summary>What only one matrix value needs is no obstacle when --matrix chooses another.</summary>
    private static bool IsSelected(Unsupported part, IReadOnlyDictionary<string, string> matrix) =>
        part.OnlyFor is not { } only || !matrix.TryGetValue(only.Key, out var chosen) || chosen == only.Value;

    private static bool IsHermetic(Step step, string name) =>
        step.Action is StepAction.Run { Cache: not null } && (step.Id == name || step.Name?.Text == name || StepNames.Of(step) == name);

    /// <summary>A local action is looked at before the run when it is there already; a job may also make it.</summary>
    private static void CheckAction(Job job, Step step, string directory, Foresight foresight, HashSet<string> seen, List<Diagnostic> problems)
    {
        if (step.Action is not StepAction.LocalAction call || !seen.Add(call.Path))
        {
            return;
        }

        if (LocalActions.Find(directory, call.Path) is not { } found)
        {
            return;
        }

        problems.AddRange(found.Diagnostics.Where(d => d.Severity == Severity.Error));
        if (found.Action is not { } action)
        {
            return;
        }

        problems.AddRange(action.Unsupported
            .Where(part => part.Step is not { } at || foresight.MayRunInAction(job, action.Steps[at]))
            .Select(static part => part.Diagnostic with { Severity = Severity.Error }));
        foreach (var inner in action.Steps.Where(inner => foresight.MayRunInAction(job, inner)))
        {
            CheckAction(job, inner, directory, foresight, seen, problems);
        }
    }

    /// <summary>A matrix that needs the results of other jobs is not known yet: then nothing is refused.</summary>
    private static IEnumerable<Diagnostic> CheckMatrix(IReadOnlyList<Job> jobs, IReadOnlyDictionary<string, string> filter)
    {
        if (filter.Count == 0)
        {
            yield break;
        }

        var known = new List<IReadOnlyList<MatrixVector>>();
        foreach (var job in jobs)
        {
            if (job.Strategy?.Matrix is null)
            {
                continue;
            }

            if (PlainMatrix.Of(job) is not { } vectors)
            {
                yield break;
            }

            known.Add(vectors);
        }

        var keys = known.SelectMany(v => v).SelectMany(v => v.Values.Members).Select(m => m.Key).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var unknown = filter.Keys.Where(k => !keys.Contains(k, StringComparer.OrdinalIgnoreCase)).ToList();
        foreach (var key in unknown)
        {
            yield return ExecutionDiagnostics.UnknownMatrixKey(key, Suggestion.Nearest(key, keys));
        }

        if (unknown.Count == 0 && !known.Any(v => filter.Keys.Any(k => MatrixFilter.HasKey(v, k)) && MatrixFilter.Apply(v, filter).Count > 0))
        {
            yield return ExecutionDiagnostics.NoMatrixMatch(string.Join(", ", filter.Select(f => $"{f.Key}={f.Value}")));
        }
    }
}
