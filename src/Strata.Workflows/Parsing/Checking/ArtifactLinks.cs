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
        var makers = FindMakers(read, problems);
        var jobs = read.Select(job => job.Job).ToList();
        for (var i = 0; i < jobs.Count; i++)
        {
            if (jobs[i].ArtifactsFrom.Count > 0)
            {
                jobs[i] = Connect(jobs[i], jobs, makers, problems);
            }
        }

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
                problems.Add(ArtifactDeclarationDiagnostics.FromItself(input.At, input.Name));
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
        if (makers.TryGetValue(input.Name, out var maker))
        {
            return maker;
        }

        // A computed name may become this one; a job it needs already is waited for anyway.
        var mayCome = jobs.Exists(other => HasComputedName(other)
            && job.Needs.Any(need => string.Equals(need.Value, other.Id, StringComparison.OrdinalIgnoreCase)));
        if (!mayCome)
        {
            problems.Add(ArtifactDeclarationDiagnostics.NoProducer(input.At, input.Name, makers.Keys));
        }

        return null;
    }

    private static bool HasComputedName(Job job) =>
        job.Artifacts.Any(artifact => !artifact.Name.Value.IsLiteral) || job.Steps.Any(step => UploadName(step) is { Value.IsLiteral: false });

    /// <summary>Name of an artifact to the job that makes it.</summary>
    private static Dictionary<string, string> FindMakers(IReadOnlyList<ReadJob> read, Problems problems)
    {
        var makers = new Dictionary<string, string>(StringComparer.Ordinal);
        var declared = new Dictionary<string, (ArtifactDeclaration Artifact, string Job)>(StringComparer.Ordinal);
        foreach (var (job, _, count) in read)
        {
            foreach (var artifact in job.Artifacts)
            {
                if (artifact.Name.Value.IsLiteral)
                {
                    CheckName(artifact, job, count, declared, problems);
                    makers.TryAdd(artifact.Name.Value.Text, job.Id);
                }
            }
        }

        foreach (var (job, _, _) in read)
        {
            foreach (var step in job.Steps)
            {
                if (UploadName(step) is { Value.IsLiteral: true } name)
                {
                    makers.TryAdd(name.Value.Text, job.Id);
                }
            }
        }

        return makers;
    }

    private static void CheckName(
        ArtifactDeclaration artifact, Job job, int? count, Dictionary<string, (ArtifactDeclaration Artifact, string Job)> declared, Problems problems)
    {
        var name = artifact.Name.Value.Text;
        if (count > 1)
        {
            problems.Add(ArtifactDeclarationDiagnostics.SameNameForAll(artifact.Name.At, name, count.Value));
        }

        if (!declared.TryAdd(name, (artifact, job.Id)) && !ExcludeEachOther(declared[name], artifact, job.Id))
        {
            problems.Add(ArtifactDeclarationDiagnostics.DuplicateName(artifact.Name.At, name, declared[name].Artifact.Name.At));
        }
    }

    private static bool ExcludeEachOther((ArtifactDeclaration Artifact, string Job) first, ArtifactDeclaration second, string job) =>
        first.Job == job && (first.Artifact.When, second.When) is (ArtifactWhen.OnSuccess, ArtifactWhen.OnFailure) or (ArtifactWhen.OnFailure, ArtifactWhen.OnSuccess);

    /// <summary>What an upload-artifact step names; null for other steps.</summary>
    private static Located<Expressions.Template>? UploadName(Step step)
    {
        if (step.Action is not StepAction.BuiltIn { Name: "upload-artifact" } upload)
        {
            return null;
        }

        foreach (var (name, value) in upload.With)
        {
            if (string.Equals(name, "name", StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return new(Expressions.Template.Literal("artifact"), upload.At);
    }
}
