using System.CommandLine;
using Strata.Artifacts.Records;

namespace Strata.Cli.Artifact;

/// <summary><c>strata artifact ls</c>: what a run published, or all runs.</summary>
internal static class ArtifactListCommand
{
    private const int AllMax = 200;

    public static Command Create()
    {
        var options = new ArtifactOptions();
        var all = new Option<bool>("--all") { Description = $"Of all runs, the newest {AllMax}." };
        var command = new Command("ls", "List the artifacts of a run.");
        command.Options.Add(all);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = ArtifactPlace.Open(parsed, options);
            var run = parsed.GetValue(all) ? null : await place.FindRunAsync(null, cancellationToken).ConfigureAwait(false);
            var asked = place.Artifacts is { } artifacts && (run is not null || parsed.GetValue(all));
            var filter = new ArtifactFilter(place.Identity) { RunId = run, TrustFork = place.TrustFork, Limit = run is null ? AllMax : int.MaxValue };
            var found = asked ? await place.Artifacts!.ListAsync(filter, cancellationToken).ConfigureAwait(false) : [];
            var usage = place.Artifacts is { } records
                ? await records.UsageAsync(place.Identity.Organization, place.Identity.Repository, cancellationToken).ConfigureAwait(false)
                : new(0, 0, null);
            if (parsed.GetValue(options.Json))
            {
                ArtifactJson.Print(new(run, [.. found.Select(artifact => ArtifactResult.Of(artifact, null))], usage), ArtifactJson.Default.ArtifactListResult);
            }
            else
            {
                ArtifactTable.Write(Console.Out, run, found, usage, TimeProvider.System.GetUtcNow());
            }

            return ExitCode.Success;
        });
        return command;
    }
}
