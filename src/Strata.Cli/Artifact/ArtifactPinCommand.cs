using System.CommandLine;

namespace Strata.Cli.Artifact;

/// <summary><c>strata artifact pin NAME</c>: kept whatever its retention.</summary>
internal static class ArtifactPinCommand
{
    public static Command Create()
    {
        var options = new ArtifactOptions();
        var name = ArtifactOptions.Name(options);
        var remove = new Option<bool>("--remove") { Description = "Take the pin away: its retention counts again, from now." };
        var command = new Command("pin", "Keep an artifact whatever its retention.") { name };
        command.Options.Add(remove);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = ArtifactPlace.Open(parsed, options);
            var artifact = await place.GetAsync(parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
            var change = parsed.GetValue(remove)
                ? await place.Artifacts!.UnpinAsync(artifact.Id, place.Identity, cancellationToken).ConfigureAwait(false)
                : await place.Artifacts!.PinAsync(artifact.Id, place.Identity, Environment.UserName, cancellationToken).ConfigureAwait(false);
            var changed = ArtifactRemoveCommand.Changed(change, artifact);
            if (parsed.GetValue(options.Json))
            {
                ArtifactJson.Print(ArtifactResult.Of(changed, null), ArtifactJson.Default.ArtifactResult);
            }
            else
            {
                var outcome = changed.Pin is { } pin ? $"pinned by {pin.By}" : $"expires {ArtifactTable.Expires(changed, TimeProvider.System.GetUtcNow())}";
                Console.Out.WriteLine(TerminalText.Printable($"{changed.Name} of run {changed.Producer.RunId}: {outcome}"));
            }

            return ExitCode.Success;
        });
        return command;
    }
}
