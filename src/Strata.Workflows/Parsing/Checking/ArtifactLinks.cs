using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Reading;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>Which job makes what another takes; <c>artifacts-from</c> implies <c>needs</c>.</summary>
internal static class ArtifactLinks
{
    /// <returns>The jobs with producers filled in and implied needs added at the end of their needs.</returns>
    public static IReadOnlyList<Job> Connect(IReadOnlyList<ReadJob> read, Problems problems)
    {
        var all = new List<ArtifactMaker>();
        var jobs = new List<Job>(read.Count);
        var takes = false;
        foreach (var job in read)
        {
            all.AddRange(ArtifactMaker.AllOf(job));
            jobs.Add(job.Job);
            takes |= job.Job.ArtifactsFrom.Count > 0;
        }

        if (all.Count == 0 && !takes)
        {
            return jobs; // most workflows
        }

        var makers = ByName(all);
        for (var i = 0; i < jobs.Count; i++)
        {
            if (jobs[i].ArtifactsFrom.Count > 0)
            {
                jobs[i] = Connect(jobs[i], jobs, makers, problems);
            }
        }

        new ArtifactNameClashes(jobs).Check(all, problems);
        return jobs;
    }

    private static Job Connect(Job job, List<Job> jobs, Dictionary<string, string> makers, Problems problems)
    {
        List<ArtifactInput> inputs = [];
        List<Located<string>> needs = [.. job.Needs];
        foreach (var input in job.ArtifactsFrom)
        {
            var maker = input.Job ?? (input.Run is null ? FindMaker(input, job, jobs, makers, problems) : null);
            inputs.Add(input with { Job = maker });
            if (maker is null || input.Run is not null)
            {
                continue;
            }

            if (string.Equals(maker, job.Id, StringComparison.OrdinalIgnoreCase))
            {
                problems.Add(ArtifactDeclarationDiagnostics.FromItself(input.At, input.Name.Text));
            }
            else if (!needs.Exists(need => string.Equals(need.Value, maker, StringComparison.OrdinalIgnoreCase)))
            {
                needs.Add(new(maker, input.At));
            }
        }

        return job with { ArtifactsFrom = inputs, Needs = needs };
    }

    private static string? FindMaker(ArtifactInput input, Job job, List<Job> jobs, Dictionary<string, string> makers, Problems problems)
    {
        if (input.Name.IsLiteral && makers.TryGetValue(input.Name.Text, out var maker))
        {
            return maker;
        }

        // A computed name may become any, and any may become a computed one; a job it needs already is waited for anyway.
        var mayMake = jobs.FindAll(other => (input.Name.IsLiteral ? HasComputedName(other) : MakesAny(other))
            && job.Needs.Any(need => string.Equals(need.Value, other.Id, StringComparison.OrdinalIgnoreCase)));
        if (mayMake.Count == 0)
        {
            problems.Add(ArtifactDeclarationDiagnostics.NoProducer(input.At, input.Name.Text, input.Name.IsLiteral ? makers.Keys : []));
        }

        return !input.Name.IsLiteral && mayMake is [{ Id: var only }] ? only : null;
    }

    private static bool MakesAny(Job job) => job.Artifacts.Count > 0 || job.Steps.Any(static step => ArtifactMaker.UploadName(step) is not null);

    private static bool HasComputedName(Job job) =>
        job.Artifacts.Any(artifact => !artifact.Name.Value.IsLiteral) || job.Steps.Any(step => ArtifactMaker.UploadName(step) is { Value.IsLiteral: false });

    /// <summary>Name of an artifact to the job that makes it: where it is declared, else the first that uploads it in a step.</summary>
    private static Dictionary<string, string> ByName(IEnumerable<ArtifactMaker> all)
    {
        var makers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var maker in all.OrderBy(static maker => maker.Step is not null))
        {
            makers.TryAdd(maker.Name, maker.Job.Id);
        }

        return makers;
    }
}
