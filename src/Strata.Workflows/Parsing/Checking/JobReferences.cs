using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Reading;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>
/// Names in expressions that can be checked before a run. GitHub reads a missing property as null, so these are warnings: the
/// workflow means something, only rarely what its author thinks.
/// </summary>
internal static class JobReferences
{
    private const string OfMatrix = "matrix.";

    /// <param name="jobs">With all their needs, in the order of <paramref name="read"/>.</param>
    public static void Check(IReadOnlyList<Job> jobs, IReadOnlyList<ReadJob> read, WorkflowScope scope, Problems problems)
    {
        var byId = new Dictionary<string, Job>(StringComparer.OrdinalIgnoreCase);
        foreach (var job in jobs)
        {
            byId.TryAdd(job.Id, job);
        }

        string[] inputs = [.. scope.Inputs.Select(input => input.Name)];
        foreach (var (job, source) in jobs.Zip(read))
        {
            foreach (var used in source.Used)
            {
                foreach (var path in used.Expression.Paths)
                {
                    CheckNeeds(used, path, job, byId, problems);
                    CheckSteps(used, path, job.Steps, problems);
                    CheckMatrix(used, path, job, problems);
                    CheckInput(used, path, inputs, problems);
                }
            }
        }
    }

    public static void CheckAction(CompositeAction action, IReadOnlyList<UsedExpression> all, Problems problems)
    {
        foreach (var used in all)
        {
            foreach (var path in used.Expression.Paths)
            {
                CheckSteps(used, path, action.Steps, problems);
                CheckInput(used, path, [.. action.Inputs.Select(input => input.Name)], problems);
            }
        }
    }

    private static void CheckNeeds(UsedExpression used, string path, Job job, Dictionary<string, Job> byId, Problems problems)
    {
        if (path.Split('.') is not ["needs", var id, .. var rest])
        {
            return;
        }

        if (!job.Needs.Any(need => string.Equals(need.Value, id, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add(ExpressionDiagnostics.UnknownNeed(used.PlaceOf($"needs.{id}"), id, job.Needs.Select(need => need.Value)));
        }
        else if (rest is ["outputs", var output, ..] && byId.TryGetValue(id, out var needed) && needed.Steps.Count > 0
            && !needed.Outputs.Any(declared => string.Equals(declared.Name, output, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add(ExpressionDiagnostics.UnknownNeedOutput(
                used.PlaceOf($"needs.{id}.outputs.{output}"), needed.Id, output, needed.Outputs.Select(declared => declared.Name)));
        }
    }

    private static void CheckSteps(UsedExpression used, string path, IReadOnlyList<Step> steps, Problems problems)
    {
        if (path.Split('.') is not ["steps", var id, ..])
        {
            return;
        }

        var step = steps.FirstOrDefault(step => string.Equals(step.Id, id, StringComparison.OrdinalIgnoreCase));
        if (step is null)
        {
            problems.Add(ExpressionDiagnostics.UnknownStep(used.PlaceOf($"steps.{id}"), id, steps.Where(other => other.Id is not null).Select(other => other.Id!)));
        }
        else if (used.Step is { } current && step.Index >= current)
        {
            problems.Add(ExpressionDiagnostics.LaterStep(used.PlaceOf($"steps.{id}"), id));
        }
    }

    private static void CheckMatrix(UsedExpression used, string path, Job job, Problems problems)
    {
        if (!path.StartsWith(OfMatrix, StringComparison.Ordinal) || KeysOf(job) is not { } keys)
        {
            return;
        }

        var key = path.Split('.')[1];
        if (!keys.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(ExpressionDiagnostics.UnknownMatrixKey(used.PlaceOf($"{OfMatrix}{key}"), key, keys));
        }
    }

    /// <summary>Keys of the job's matrix; null when they are computed.</summary>
    private static List<string>? KeysOf(Job job)
    {
        List<string> keys = [];
        if (job.Strategy?.Matrix is null)
        {
            return keys;
        }

        if (job.Strategy.Matrix is not TemplateTree.Mapping matrix)
        {
            return null;
        }

        foreach (var (name, value) in matrix.Members)
        {
            if (name != "include")
            {
                keys.Add(name);
                continue;
            }

            if (value is not TemplateTree.Sequence combinations)
            {
                return null;
            }

            foreach (var combination in combinations.Items)
            {
                if (combination is not TemplateTree.Mapping members)
                {
                    return null;
                }

                keys.AddRange(members.Members.Select(member => member.Key));
            }
        }

        return keys;
    }

    private static void CheckInput(UsedExpression used, string path, IReadOnlyList<string> known, Problems problems)
    {
        if (path.Split('.') is ["inputs", var name, ..] && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(ExpressionDiagnostics.UnknownInput(used.PlaceOf($"inputs.{name}"), name, known));
        }
    }
}
