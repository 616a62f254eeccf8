using System.CommandLine;
using Strata.Cli.Output;
using Strata.Core;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary><c>strata image show NAME…</c>: all that is known of images on this host.</summary>
internal static class ImageShowCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var names = new Argument<string[]>("NAME") { HelpName = "NAME", Arity = ArgumentArity.OneOrMore, Description = "A definition of the workflow here, a reference, or the beginning of a digest." };
        names.CompletionSources.Add(options.Names);
        var command = new Command("show", "Show what is known of images on this host.") { names };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null);
            var users = new ImageUsers(place);
            var steps = await BuiltByName.ReadAsync(place, cancellationToken).ConfigureAwait(false);
            List<BuiltImage> built = [];
            List<KeptImage> images = [];
            foreach (var name in parsed.GetValue(names)!)
            {
                var found = steps.Find(name);
                built.AddRange(found);
                images.AddRange(found.Count > 0 ? [] : KeptByName.Get(place, name));
            }

            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(
                    new(
                        [.. images.Select(image => ImageResult.Of(image, users.Of(image)))],
                        [.. built.Select(steps.ResultOf)],
                        images.Sum(image => image.SizeBytes) + built.Sum(image => image.SizeBytes)),
                    ImageJson.Default.ImageListResult);
            }
            else
            {
                var now = TimeProvider.System.GetUtcNow();
                foreach (var image in images)
                {
                    Write(Console.Out, image, users.Of(image), now);
                }

                foreach (var image in built)
                {
                    BuiltImageText.Write(Console.Out, image, steps.DigestOf(image), steps.UsersOf(image.Definition), now);
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, KeptImage image, IReadOnlyList<string> users, DateTimeOffset now)
    {
        output.WriteLine(image.Name);
        Line("kind", ImageResult.Word(image.Kind));
        Line("belongs to", image.Org == "_public" ? "everybody" : image.Org);
        Line("image digest", image.Digest.ToString());
        Line("manifest", image.Manifest?.ToString());
        Line("names", string.Join(", ", image.References));
        Line("packages", string.Join(", ", image.Packages));
        Line("made from", string.Join(", ", image.Releases.Select(release => $"{release.Key} {release.Value}")));
        Line("age", ImageTable.Age(image.CreatedAt, now));
        Line("last use", ImageTable.Age(image.LastUsed, now));
        Line("size", new ByteSize(image.SizeBytes).ToString());
        Line("env", string.Join(' ', image.Config.Environment.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}")));
        Line("workdir", image.Config.WorkingDirectory);
        Line("user", image.Config.User);
        Line("entrypoint", image.Config.Entrypoint is { } entrypoint ? string.Join(' ', entrypoint) : null);
        Line("cmd", image.Config.Command is { } command ? string.Join(' ', command) : null);
        Line("used by", string.Join(", ", users));
        foreach (var layer in image.Layers)
        {
            Line("layer", $"{layer.Digest}  {(layer.SizeBytes is { } size ? new ByteSize(size).ToString() : "gone: fetched or made again when needed")}");
        }

        foreach (var layer in image.Earlier)
        {
            Line("before", $"{layer.Digest}  {(layer.SizeBytes is { } size ? new ByteSize(size).ToString() : "gone")}");
        }

        void Line(string what, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                output.WriteLine($"  {what,-12}  {Printable(value)}");
            }
        }
    }

    /// <summary>Images come from anywhere: what they say does not steer a terminal.</summary>
    internal static string Printable(string text) => Terminal.PrintableLine(text);
}
