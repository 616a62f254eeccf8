using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Reading;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>The graph of jobs. Ids ignore case, as on GitHub.</summary>
internal static class NeedsCheck
{
    /// <returns>The jobs with needs spelled as the ids are, each once.</returns>
    public static IReadOnlyList<Job> Check(IReadOnlyList<Job> jobs, Problems problems)
    {
        var ids = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var job in jobs)
        {
            ids.TryAdd(job.Id, job.Id);
        }

        List<Job> resolved = [];
        var edges = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            var needs = Resolve(job, ids, problems);
            resolved.Add(job with { Needs = needs });
            edges.TryAdd(job.Id, [.. needs.Select(need => need.Value)]);
        }

        foreach (var cycle in Cycles.Find([.. ids.Values], edges))
        {
            var first = resolved.First(job => job.Id == cycle[0]);
            problems.Add(GraphDiagnostics.Cycle(first.Needs.First(need => need.Value == cycle[1]).At, cycle));
        }

        return resolved;
    }

    private static List<Located<string>> Resolve(Job job, Dictionary<string, string> ids, Problems problems)
    {
        List<Located<string>> needs = [];
        foreach (var need in job.Needs)
        {
            if (!ids.TryGetValue(need.Value, out var id))
            {
                problems.Add(GraphDiagnostics.UnknownJob(need.At, need.Value, ids.Values));
            }
            else if (string.Equals(id, job.Id, StringComparison.OrdinalIgnoreCase))
            {
                problems.Add(GraphDiagnostics.NeedsItself(need.At, job.Id));
            }
            else if (needs.Exists(other => other.Value == id))
            {
                problems.Add(GraphDiagnostics.DuplicateNeed(need.At, need.Value));
            }
            else
            {
                needs.Add(new(id, need.At));
            }
        }

        return needs;
    }
}
