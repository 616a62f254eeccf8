using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>What jobs stand on.</summary>
/// <param name="jobs">Of the run; a need that is not among them counts as success.</param>
internal sealed class Ancestry(IReadOnlyList<Job> jobs)
{
    private readonly Dictionary<string, Job> _jobs = jobs.ToDictionary(static j => j.Id, StringComparer.OrdinalIgnoreCase);

    public Job? Find(string id) => _jobs.GetValueOrDefault(id);

    /// <summary>The job's needs and theirs, each once, the nearest first.</summary>
    public IReadOnlyList<Job> Of(Job job)
    {
        var found = new List<Job>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var pending = new Queue<Job>([job]);
        while (pending.TryDequeue(out var next))
        {
            foreach (var need in next.Needs)
            {
                if (Find(need.Value) is { } needed && seen.Add(needed.Id))
                {
                    found.Add(needed);
                    pending.Enqueue(needed);
                }
            }
        }

        return found;
    }
}
