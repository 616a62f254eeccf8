using System.Collections.Concurrent;
using System.CommandLine;
using System.Runtime.CompilerServices;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Execution.Images;
using Strata.Execution.Planning;
using Strata.Images;
using Strata.Images.Building;

namespace Strata.Cli.Image;

/// <summary><c>strata image build [NAME…]</c>: makes the images of the workflow here; what did not change is reused.</summary>
internal static class ImageBuildCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var build = new BuildOptions();
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore, Description = "Definitions of the workflow here (default: all)." };
        names.CompletionSources.Add(options.Names);
        var verify = new Option<bool>("--verify") { Description = "Build each layer a second time, and name the files that differ." };
        var command = new Command("build", "Build the images of the workflow here, reusing what did not change.") { names };
        command.Options.Add(verify);
        build.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, last, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null, build);
            var inputs = build.Read(parsed);
            var images = Chosen(place, parsed.GetValue(names)!);
            var watch = new Watch(new ImageNarrator(progress, inputs.Explains));
            var session = new BuildSession(place, inputs, images, parsed.GetValue(verify), progress, last, watch);
            await using var closed = session.ConfigureAwait(false);
            var results = await Task.WhenAll(images.Select(image => BuildAsync(session, image, cancellationToken))).ConfigureAwait(false);
            return Print(results, watch, parsed.GetValue(options.Json));
        }));
        return command;
    }

    private static IReadOnlyList<NamedImage> Chosen(ImagePlace place, string[] names)
    {
        if (names.Length > 0)
        {
            return ImageWork.Find(place, [.. names.Distinct(StringComparer.Ordinal)]);
        }

        if (place.Request is null)
        {
            throw new UserErrorException(CliDiagnostics.NothingToBuild());
        }

        var (images, problems) = WorkflowImages.Definitions(place.Request);
        return problems.Count > 0 ? throw new UserErrorException(problems) : images.Count > 0 ? images : throw new UserErrorException(CliDiagnostics.NothingToBuild());
    }

    /// <summary>One that fails does not stop the others.</summary>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private static async Task<Outcome> BuildAsync(BuildSession session, NamedImage named, CancellationToken cancellationToken)
    {
        try
        {
            using var image = await session.OpenAsync(named.Recipe, cancellationToken).ConfigureAwait(false);
            return new(named, image.Digest, image.Layers, [], IsMachines: false);
        }
        catch (UserErrorException e)
        {
            return new(named, null, [], e.Diagnostics, IsMachines: false);
        }
        catch (EnvironmentException e)
        {
            return new(named, null, [], [e.Diagnostic], IsMachines: true);
        }
    }

    private static int Print(Outcome[] results, Watch watch, bool json)
    {
        var failures = results.SelectMany(result => result.Problems).Distinct().ToList();
        if (failures.Count > 0)
        {
            Output.DiagnosticOutput.Print(failures, Output.Terminal.Detect());
        }

        if (json)
        {
            ImageJson.Print(new(
                [.. results.Select(result => new BuiltResult(
                    result.Image.Name, result.Digest is null ? "failure" : "success", result.Digest?.ToString(),
                    [.. result.Layers.Select(layer => new BuiltLayerResult(
                        layer.Key, layer.Digest.ToString(), layer.Outcome.Name(), (long)layer.Duration.TotalMilliseconds, layer.SizeBytes))],
                    [.. watch.Of(result.Image.Recipe.Name)])),
                    .. watch.Below([.. results.Select(result => result.Image.Recipe.Name)])]), ImageJson.Default.BuildResult);
        }
        else
        {
            foreach (var result in results.Where(result => result.Digest is not null))
            {
                var built = result.Layers.Count(layer => layer.Outcome is not LayerOutcome.Reused);
                Console.Out.WriteLine(
                    $"{result.Image.Name}  {result.Digest!.Value.Short}  {ImageTable.Layers(result.Layers.Count)}, {new ByteSize(result.Layers.Sum(layer => layer.SizeBytes))}"
                    + (built == 0 ? ", nothing to do" : $", {built} new"));
            }
        }

        return results.Any(result => result.IsMachines) ? ExitCode.Environment : failures.Count > 0 || watch.HasDifferences ? ExitCode.Failed : ExitCode.Success;
    }

    /// <param name="IsMachines">It failed, and the workflow is not to blame.</param>
    private sealed record Outcome(NamedImage Image, Digest? Digest, IReadOnlyList<ResolvedLayer> Layers, IReadOnlyList<Diagnostic> Problems, bool IsMachines);

    /// <summary>Keeps what verifying found.</summary>
    private sealed class Watch(IBuildObserver narrator) : IBuildObserver
    {
        private readonly ConcurrentQueue<(string Recipe, VerifiedLayerResult Layer)> _verified = [];
        private readonly ConcurrentDictionary<string, bool> _completed = new(StringComparer.Ordinal);

        public bool HasDifferences => !_verified.IsEmpty && _verified.Any(found => found.Layer.First != found.Layer.Second);

        public IEnumerable<VerifiedLayerResult> Of(string recipe) => _verified.Where(found => found.Recipe == recipe).Select(found => found.Layer);

        /// <summary>What was verified of images that nobody asked for, and others stand on or copy from.</summary>
        public IEnumerable<BuiltResult> Below(IReadOnlyCollection<string> asked) => _verified.Select(found => found.Recipe).Distinct().Except(asked)
            .Select(recipe => new BuiltResult(recipe, _completed.ContainsKey(recipe) ? "success" : "failure", null, [], [.. Of(recipe)]));

        public void Report(string value) => narrator.Report(value);

        public void On(BuildEvent e)
        {
            switch (e)
            {
                case BuildEvent.Verified verified:
                    _verified.Enqueue((e.Recipe, new(e.Step, e.Title, verified.First.ToString(), verified.Second.ToString(), verified.Differences)));
                    break;
                case BuildEvent.Completed:
                    _completed[e.Recipe] = true;
                    break;
            }

            narrator.On(e);
        }
    }
}
