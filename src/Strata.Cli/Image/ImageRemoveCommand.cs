using System.CommandLine;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary><c>strata image rm NAME…</c>.</summary>
internal static class ImageRemoveCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Arity = ArgumentArity.OneOrMore, Description = "A definition of the workflow here, a reference, or the beginning of a digest." };
        names.CompletionSources.Add(options.Names);
        var command = new Command("rm", "Forget images, and remove the layers nothing else refers to. What a job uses stays.") { names };
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null);
            var steps = await BuiltByName.ReadAsync(place, cancellationToken).ConfigureAwait(false);
            var built = parsed.GetValue(names)!.Where(name => steps.NameOf(name) is not null).ToList();
            var images = parsed.GetValue(names)!.Except(built)
                .SelectMany(name => KeptByName.Get(place, name).Select(image => (Name: name, Image: image))).ToList(); // all or none
            var removal = new ImageRemoval(place.Data, LocalRoots.Of(place.Data), TimeProvider.System);
            List<RemovedResult> removed = [];
            foreach (var name in built)
            {
                var (layers, freed) = await new BuiltImages(place.Data, LocalRoots.Of(place.Data), TimeProvider.System).RemoveAsync(steps.NameOf(name)!, place.Identity, cancellationToken).ConfigureAwait(false)
                    ?? throw new UserErrorException(CliDiagnostics.NeverBuilt(name));
                removed.Add(new(name, [], true, layers, freed));
                if (!parsed.GetValue(options.Json))
                {
                    Console.Out.WriteLine($"removed what {name} was built to: {ImageTable.Layers(layers)}, {new ByteSize(freed)}; its base stays");
                }
            }

            foreach (var (name, image) in images)
            {
                var result = await removal.RemoveAsync(image, name, progress, cancellationToken).ConfigureAwait(false);
                removed.Add(new(result.Name, result.Names, result.IsImageGone, result.Layers, result.BytesFreed));
                if (!parsed.GetValue(options.Json))
                {
                    Console.Out.WriteLine(result.IsImageGone
                        ? $"removed {image.Name}: {ImageTable.Layers(result.Layers)}, {new ByteSize(result.BytesFreed)}"
                        : $"forgot the name {string.Join(", ", result.Names)}; the image has others");
                }
            }

            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(new(removed, removed.Sum(result => result.BytesFreed)), ImageJson.Default.RemoveResult);
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
