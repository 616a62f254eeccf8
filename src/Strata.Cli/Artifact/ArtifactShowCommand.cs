using System.CommandLine;
using System.Globalization;
using Strata.Artifacts.Records;
using Strata.Core;
using Strata.Core.Text;
using Entry = Strata.Artifacts.Records.Artifact;

namespace Strata.Cli.Artifact;

/// <summary><c>strata artifact show NAME</c>: all that is known of an artifact, and how it came to its state.</summary>
internal static class ArtifactShowCommand
{
    public static Command Create()
    {
        var options = new ArtifactOptions();
        var name = ArtifactOptions.Name(options);
        var command = new Command("show", "Show what is known of an artifact.") { name };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = ArtifactPlace.Open(parsed, options);
            var artifact = await place.GetAsync(parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
            var history = await place.Artifacts!.HistoryAsync(artifact.Id, place.Identity, place.TrustFork, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                ArtifactJson.Print(ArtifactResult.Of(artifact, history), ArtifactJson.Default.ArtifactResult);
            }
            else
            {
                Write(Console.Out, artifact, history, TimeProvider.System.GetUtcNow());
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, Entry artifact, IReadOnlyList<ArtifactEvent> history, DateTimeOffset now)
    {
        output.WriteLine(TerminalText.Printable(artifact.Name));
        Line("state", ArtifactTransitions.WordOf(artifact.State));
        Line("reason", artifact.Reason);
        Line("digest", artifact.Content?.Tree.ToString());
        Line("size", artifact.Content is { } content ? $"{new ByteSize(content.SizeBytes)}, {content.Files} {(content.Files == 1 ? "file" : "files")}" : null);
        Line("producer", $"run {artifact.Producer.RunId}, job {artifact.Producer.Job}, attempt {artifact.Producer.Attempt}");
        Line("scope", artifact.Scope.ToString());
        Line("forks", artifact.Shareable ? "may read it" : "may not read it");
        Line("retention", artifact.State is ArtifactState.Ready
            ? $"{Lifetime.Format(artifact.Retention)}{(artifact.Pin is null ? $", expires {ArtifactTable.Expires(artifact, now)}" : "")}" : Lifetime.Format(artifact.Retention));
        Line("pinned", artifact.Pin is { } pin ? $"by {pin.By} at {At(pin.At)}" : null);
        foreach (var (layer, i) in (artifact.Content?.Layers ?? []).Select((layer, i) => (layer, i)))
        {
            Line(i == 0 ? "layers" : "", layer.ToString());
        }

        foreach (var happened in history)
        {
            Line(ArtifactTransitions.WordOf(happened.State), $"{At(happened.At)} by {happened.Actor}{(happened.Reason is { } reason ? $": {reason}" : "")}");
        }

        void Line(string what, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                output.WriteLine($"  {what,-10}  {TerminalText.Printable(value)}");
            }
        }
    }

    private static string At(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
