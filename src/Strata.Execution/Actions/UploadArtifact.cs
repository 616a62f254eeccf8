using System.Globalization;
using Strata.Artifacts.Records;
using Strata.Core.Identity;
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

    /// <param name="removed">Told the id of what was overwritten.</param>
    public static async Task<(StepOutcome Outcome, ArtifactReport? Report)> RunAsync(
        ActionInputs inputs, StepAction.BuiltIn action, LiveJob live, JobAttempt attempt, ArtifactPublishing publishing, Action<long> removed, CancellationToken cancellationToken)
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

        if (UploadInputs.ReadIfEmpty(inputs.Text("if-no-files-found")) is not { } ifEmpty)
        {
            return (StepOutcome.Failed($"if-no-files-found cannot be '{inputs.Text("if-no-files-found")}': it is one of {string.Join(", ", UploadInputs.IfNoFilesFound)}"), null);
        }

        if (!UploadInputs.TryReadRetention(inputs.Text("retention-days"), out var retention))
        {
            return (StepOutcome.Failed($"retention-days cannot be '{inputs.Text("retention-days")}': it is a whole number from 0 to {UploadInputs.RetentionDaysMax}; 0 is the default"), null);
        }

        if (inputs.Flag("overwrite") && await RemoveAsync(name, attempt, cancellationToken).ConfigureAwait(false) is { } id)
        {
            removed(id);
        }

        var request = new ArtifactRequest
        {
            Name = name,
            Paths = paths,
            Retention = retention,
            IfEmpty = ifEmpty,
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

        return (outcome, artifact is null ? report : report! with { Id = artifact.Id });
    }

    /// <returns>Its id; null: there is nothing to overwrite.</returns>
    private static async Task<long?> RemoveAsync(string name, JobAttempt attempt, CancellationToken cancellationToken)
    {
        var existing = await attempt.Services.Artifacts.FindAsync(attempt.Producer.RunId, name, attempt.Identity, trustFork: false, cancellationToken).ConfigureAwait(false);
        if (existing is not { State: ArtifactState.Ready })
        {
            return null;
        }

        await attempt.Services.Artifacts.DeleteAsync(existing.Id, attempt.Identity, attempt.Actor, "overwritten", cancellationToken).ConfigureAwait(false);
        return existing.Id;
    }
}
