using Strata.Execution.Contexts;
using Strata.Execution.Jobs;
using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>Results and outputs of the jobs of a run, as others see them.</summary>
internal sealed class NeedsContext(IReadOnlyList<Job> jobs)
{
    private readonly Ancestry _ancestry = new(jobs);
    private readonly Dictionary<string, Dictionary<string, string>> _outputs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, JobOrigin> _origins = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, DateTimeOffset> _endedAt = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="at">When it ended, or that it will not run was decided; of a matrix the last counts.</param>
    public void SetEnd(string job, DateTimeOffset at) => _endedAt[job] = at;

    /// <summary>Of the combinations of a matrix, the one that ends last writes last; what it leaves empty stays.</summary>
    public void AddOutputs(string job, IReadOnlyDictionary<string, string> outputs, JobOrigin origin)
    {
        if (outputs.Count > 0)
        {
            _origins[job] = (_origins.GetValueOrDefault(job) ?? JobOrigin.Nothing).With(origin);
        }

        if (!_outputs.TryGetValue(job, out var all))
        {
            _outputs[job] = all = new(StringComparer.OrdinalIgnoreCase);
        }

        foreach (var (name, value) in outputs)
        {
            all[name] = value;
        }
    }

    public JobNeeds Of(Job job, Func<string, RunStatus> resultOf) => new(
        Context(job, resultOf),
        _ancestry.Of(job).ToDictionary(static ancestor => ancestor.Id, ancestor => resultOf(ancestor.Id), StringComparer.OrdinalIgnoreCase),
        EndsBefore(job)) { Origin = OriginOf(job) };

    /// <summary>A need that is not part of the run (--no-needs) counts as success without outputs.</summary>
    private ObjectValue Context(Job job, Func<string, RunStatus> resultOf)
    {
        var needs = new List<KeyValuePair<string, Value>>(job.Needs.Count);
        foreach (var need in job.Needs)
        {
            var partOfRun = _ancestry.Find(need.Value) is not null;
            needs.Add(new(need.Value, ContextValues.Of(
                ("result", Value.From(RunStatusName.Of(partOfRun ? resultOf(need.Value) : RunStatus.Success))),
                ("outputs", ContextValues.OfTexts(_outputs.GetValueOrDefault(need.Value) ?? [])))));
        }

        return new(needs);
    }

    /// <summary>What went before the jobs it needs is in their origins already.</summary>
    private JobOrigin OriginOf(Job job) =>
        job.Needs.Aggregate(JobOrigin.Nothing, (origin, need) => origin.With(_origins.GetValueOrDefault(need.Value) ?? JobOrigin.Nothing));

    private Dictionary<string, DateTimeOffset> EndsBefore(Job job)
    {
        var ends = new Dictionary<string, DateTimeOffset>(StringComparer.OrdinalIgnoreCase);
        foreach (var need in job.Needs)
        {
            if (_endedAt.TryGetValue(need.Value, out var at))
            {
                ends[need.Value] = at;
            }
        }

        return ends;
    }
}
