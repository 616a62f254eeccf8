using System.CommandLine;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary><c>strata image ls</c>: what is on this host.</summary>
internal static class ImageListCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var command = new Command("ls", "List the images on this host.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null);
            var users = new ImageUsers(place);
            var images = place.Kept.List();
            var total = images.SelectMany(image => image.Layers.Concat(image.Earlier)).DistinctBy(layer => layer.Digest).Sum(layer => layer.SizeBytes ?? 0);
            var built = await new BuiltImages(place.Data, LocalRoots.Of(place.Data), TimeProvider.System).ListAsync(place.Identity, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(
                    new(
                        [.. images.Select(image => ImageResult.Of(image, users.Of(image)))],
                        [.. built.Select(image => BuiltImageResult.Of(image, BuiltByName.UsersOf(place, image.Definition)))],
                        total),
                    ImageJson.Default.ImageListResult);
            }
            else
            {
                ImageTable.Write(Console.Out, images, users, total, TimeProvider.System.GetUtcNow());
                ImageTable.Write(Console.Out, built, TimeProvider.System.GetUtcNow());
            }

            return ExitCode.Success;
        });
        return command;
    }
}
