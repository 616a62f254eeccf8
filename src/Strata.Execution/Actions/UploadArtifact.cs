using System.Globalization;
using Strata.Artifacts.Records;
using Strata.Execution.Artifacts;
using Strata.Execution.Entries;
using Strata.Execution.Reporting;
using Strata.Execution.Steps;
using Strata.Workflows.Model;

namespace Strata.Execution.Actions;

/// <summary>actions/upload-artifact: publishes what the job has now.</summary>
internal static class UploadArtifact
{
    private const string NameDefault = "artifact";

    public static async Task<(StepOutcome Outcome, ArtifactReport? Report)> RunAsync(
        ActionInputs inputs, StepAction.BuiltIn action, LiveJob live, JobAttempt attempt, ArtifactPublishing publishing, CancellationToken cancellationToken)
    {
        var name = inputs.Text("name") ?? NameDefault;
        if (!ArtifactNames.IsName(name))
        {
            return (StepOutcome.Failed($"'{name}' is no name of an artifact."), null);
        }

        var (paths, problem) = ArtifactPaths.Parse(inputs.Lines("path"), live.User.Home);
        if (paths is null)
        {
            return (StepOutcome.Failed(problem!), null);
        }

        if (inputs.Flag("overwrite"))
        {
            await RemoveAsync(name, attempt, cancellationToken).ConfigureAwait(false);
        }

        var request = new ArtifactRequest
        {
            Name = name,
            Paths = paths,
            Retention = int.TryParse(inputs.Text("retention-days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days > 0 ? TimeSpan.FromDays(days) : null,
            IfEmpty = inputs.Text("if-no-files-found") switch { "error" => ArtifactIfEmpty.Error, "ignore" => ArtifactIfEmpty.Ignore, _ => ArtifactIfEmpty.Warn },
            WithHidden = inputs.Flag("include-hidden-files"),
            At = action.At,
        };
        var (report, failure, artifact) = await publishing.PublishAsync(request, live.Sandbox, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
        {
            return (StepOutcome.Failed(failure), report);
        }

        var outcome = StepOutcome.Succeeded();
        if (artifact is not null)
        {
            outcome.Effects.Outputs["artifact-id"] = artifact.Id.ToString(CultureInfo.InvariantCulture);
            outcome.Effects.Outputs["artifact-digest"] = artifact.Content!.Tree.Hex;
            outcome.Effects.Outputs["artifact-url"] = "";
        }

        return (outcome, report);
    }

    private static async Task RemoveAsync(string name, JobAttempt attempt, CancellationToken cancellationToken)
    {
        var existing = await attempt.Services.Artifacts.FindAsync(attempt.Producer.RunId, name, attempt.Identity, trustFork: false, cancellationToken).ConfigureAwait(false);
        if (existing is { State: ArtifactState.Ready })
        {
            await attempt.Services.Artifacts.DeleteAsync(existing.Id, attempt.Identity, attempt.Actor, "overwritten", cancellationToken).ConfigureAwait(false);
        }
    }
}
