using System.CommandLine;
using Strata.Core;
using Strata.Images;

namespace Strata.Cli.Image;

/// <summary><c>strata image pull NAME…</c>: fetches or makes what a job would get, now.</summary>
internal static class ImagePullCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var build = new BuildOptions();
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Arity = ArgumentArity.OneOrMore, Description = "A definition of the workflow here, or a reference." };
        names.CompletionSources.Add(options.Names);
        var command = new Command("pull", "Fetch or make images now, as a run would.") { names };
        build.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, last, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null, build);
            var wanted = ImageWork.Find(place, parsed.GetValue(names)!);
            var session = new BuildSession(place, build.Read(parsed), wanted, verifies: false, progress, last);
            await using var closed = session.ConfigureAwait(false);
            List<PulledResult> results = [];
            foreach (var named in wanted)
            {
                using var image = await session.GetAsync(named.Recipe, cancellationToken).ConfigureAwait(false);
                var digest = image.Digest;
                results.Add(new(
                    named.Name, digest.ToString(), image.Manifest?.ToString(),
                    [.. image.Layers.Select(layer => new PulledLayerResult(layer.Digest.ToString(), layer.Outcome.Name(), layer.SizeBytes))]));
                if (!parsed.GetValue(options.Json))
                {
                    var fresh = image.Layers.Count(layer => layer.Outcome is not LayerOutcome.Reused);
                    Console.Out.WriteLine(
                        $"{named.Name}  {(image.Manifest ?? digest).Short}  {ImageTable.Layers(image.Layers.Count)}, {new ByteSize(image.Layers.Sum(layer => layer.SizeBytes))}"
                        + (fresh == 0 ? ", all here already" : $", {fresh} new"));
                }
            }

            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(new(results), ImageJson.Default.PullResult);
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
