using Strata.Core.Identity;
using Strata.Execution.Contexts;
using Strata.Execution.Reporting;
using Strata.Sandbox;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Artifacts;

/// <summary>A job's <c>artifacts:</c>, published when its steps have ended.</summary>
internal sealed class DeclaredArtifacts(IReadOnlyList<ArtifactDeclaration> declarations, ArtifactPublishing publishing, string home)
{
    /// <returns>The reports, and why the job fails for it, of each artifact that did not come: null if it does not.</returns>
    public async Task<(IReadOnlyList<ArtifactReport> Reports, string? Problem)> PublishAsync(
        RunStatus soFar, EvaluationScope scope, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var reports = new List<ArtifactReport>();
        var problems = new List<string>();
        foreach (var declaration in declarations)
        {
            if (!IsWanted(declaration.When, soFar))
            {
                continue;
            }

            var (request, refused) = Evaluate(declaration, scope);
            if (request is null)
            {
                problems.Add(refused!);
                continue;
            }

            var publication = await publishing.PublishAsync(request, sandbox, cancellationToken).ConfigureAwait(false);
            if (publication.Problem is { } problem)
            {
                problems.Add(problem);
            }

            if (publication.Report is { } report)
            {
                reports.Add(report with { Id = publication.Artifact?.Id ?? 0 });
            }
        }

        return (reports, problems.Count == 0 ? null : string.Join("; ", problems));
    }

    private static bool IsWanted(ArtifactWhen when, RunStatus soFar) => when switch
    {
        ArtifactWhen.Always => true,
        ArtifactWhen.OnFailure => soFar is RunStatus.Failure,
        _ => soFar is RunStatus.Success,
    };

    private (ArtifactRequest? Request, string? Problem) Evaluate(ArtifactDeclaration declaration, EvaluationScope scope)
    {
        try
        {
            var name = declaration.Name.Value.EvaluateText(scope);
            if (!ArtifactNames.IsName(name))
            {
                return (null, $"'{name}' is no name of an artifact: letters, digits and most signs, but none of \" : < > | * ? \\ / and no line break; at most 256 characters");
            }

            var (paths, why) = ArtifactPaths.Parse(declaration.Path.Select(path => path.Value.EvaluateText(scope)), home);
            return paths is null
                ? (null, $"artifact '{name}': {why}")
                : (new()
                {
                    Name = name,
                    Paths = paths,
                    Retention = declaration.Retention,
                    IfEmpty = declaration.IfEmpty,
                    AllowSecretsIn = [.. declaration.AllowSecretsIn.Select(static pattern => pattern.Value)],
                    At = declaration.At,
                }, null);
        }
        catch (ExpressionException e)
        {
            return (null, $"an artifact cannot be evaluated: {e.Message}");
        }
    }
}
