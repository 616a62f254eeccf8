using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Reading;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>Names that are made twice in a run. Declared ones are held to it whatever their jobs' conditions; of steps only what is certain is an error.</summary>
/// <param name="jobs">With all their needs.</param>
internal sealed class ArtifactNameClashes(IReadOnlyList<Job> jobs)
{
    private readonly Dictionary<string, bool> _goes = new(StringComparer.OrdinalIgnoreCase);

    public void Check(IEnumerable<ArtifactMaker> makers, Problems problems)
    {
        var byName = new Dictionary<string, List<ArtifactMaker>>(StringComparer.Ordinal);
        foreach (var maker in makers.OrderBy(static maker => (maker.At.Line, maker.At.Column)))
        {
            if (maker.Of.MatrixCount > 1 && (maker.Step is null || (maker.IsCertain && !maker.MayReplace)))
            {
                problems.Add(ArtifactDeclarationDiagnostics.SameNameForAll(maker.At, maker.Name, maker.Of.MatrixCount.Value));
            }

            if (!byName.TryGetValue(maker.Name, out var before))
            {
                byName[maker.Name] = before = [];
            }

            if (before.Find(other => Clash(other, maker)) is { } first)
            {
                problems.Add(ArtifactDeclarationDiagnostics.DuplicateName(maker.At, maker.Name, first.At));
            }

            before.Add(maker);
        }
    }

    private bool Clash(ArtifactMaker one, ArtifactMaker other)
    {
        var isSameJob = ReferenceEquals(one.Of, other.Of);
        if (one.Step is null && other.Step is null)
        {
            return !(isSameJob && (one.When, other.When) is (ArtifactWhen.OnSuccess, ArtifactWhen.OnFailure) or (ArtifactWhen.OnFailure, ArtifactWhen.OnSuccess));
        }

        if (!one.IsCertain || !other.IsCertain)
        {
            return false;
        }

        return isSameJob
            ? !Later(one, other).MayReplace
            : !one.MayReplace && !other.MayReplace && Goes(one.Of) && Goes(other.Of);
    }

    /// <summary>Of one job: what is declared is published after all steps.</summary>
    private static ArtifactMaker Later(ArtifactMaker one, ArtifactMaker other) =>
        one.Step is null || (other.Step is not null && one.Step.Index > other.Step.Index) ? one : other;

    /// <summary>A matrix that is computed may be empty.</summary>
    private bool Goes(ReadJob read) => (read.Job.Strategy?.Matrix is null || read.MatrixCount is not null) && Goes(read.Job.Id);

    /// <summary>Whether the job starts in every run in which all goes well: one that needs what may be skipped does not.</summary>
    private bool Goes(string id)
    {
        if (_goes.TryGetValue(id, out var known))
        {
            return known;
        }

        _goes[id] = false; // until it is known: jobs that need each other never go
        var job = jobs.FirstOrDefault(job => string.Equals(job.Id, id, StringComparison.OrdinalIgnoreCase));
        return _goes[id] = job is not null && ArtifactMaker.AlwaysGoes(job.If) && (job.If.DecidesAfterFailure || job.Needs.All(need => Goes(need.Value)));
    }
}
