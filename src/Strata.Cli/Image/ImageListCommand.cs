using System.CommandLine;

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
            var built = await BuiltByName.ReadAsync(place, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(
                    new(
                        [.. images.Select(image => ImageResult.Of(image, users.Of(image)))],
                        built.Results,
                        total),
                    ImageJson.Default.ImageListResult);
            }
            else
            {
                if (images.Count > 0 || built.All.Count == 0)
                {
                    ImageTable.Write(Console.Out, images, users, total, TimeProvider.System.GetUtcNow());
                }

                ImageTable.Write(Console.Out, built.All, TimeProvider.System.GetUtcNow());
            }

            return ExitCode.Success;
        });
        return command;
    }
}
