using System.CommandLine;
using Strata.Cli.Output;
using Strata.Core;
using Strata.Execution.Planning;
using Strata.Images;
using Strata.Images.Transfers;

namespace Strata.Cli.Image;

/// <summary><c>strata image export NAME FILE.tar</c>: the same image gives the same bytes.</summary>
internal static class ImageExportCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var build = new BuildOptions();
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "A definition of the workflow here, or a reference." };
        name.CompletionSources.Add(options.Names);
        var file = new Argument<string>("FILE.tar") { Description = "Where to write it; '-' is stdout, on which nothing else is said then." };
        var format = new Option<string>("--format") { HelpName = "FORMAT", Description = "oci (a tar of an image layout, default) or docker (for docker load).", DefaultValueFactory = _ => "oci" };
        format.AcceptOnlyFromAmong("oci", "docker");
        var command = new Command("export", "Write an image to an archive, fetching or making it first if needed.") { name, file };
        command.Options.Add(format);
        build.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, last, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null, build);
            var named = ImageWork.Find(place, parsed.GetValue(name)!);
            var path = parsed.GetValue(file)!;
            var kind = parsed.GetValue(format) == "docker" ? ArchiveFormat.Docker : ArchiveFormat.Oci;
            var (manifest, size) = await WriteAsync(path, async output =>
            {
                var session = new BuildSession(place, build.Read(parsed), [named], verifies: false, progress, last);
                await using var closed = session.ConfigureAwait(false);
                using var image = await session.GetAsync(named.Recipe, cancellationToken).ConfigureAwait(false);
                return await new ImageTransfers(session.Bases, place.Data, TimeProvider.System).ExportAsync(
                    image, image.Config, DockerName(named), kind, output, progress, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false);
            var shown = path == "-" ? Console.Error : Console.Out;
            if (parsed.GetValue(options.Json) && path != "-")
            {
                ImageJson.Print(new(named.Name, path, parsed.GetValue(format)!, manifest.ToString(), size), ImageJson.Default.ExportResult);
            }
            else
            {
                await shown.WriteLineAsync($"{path}: {named.Name}, {new ByteSize(size)}, manifest {manifest}").ConfigureAwait(false);
            }

            return ExitCode.Success;
        }));
        return command;
    }

    /// <summary>`docker load` wants name:tag. A definition's name may hold capitals.</summary>
#pragma warning disable CA1308 // repositories are lower-case
    private static string DockerName(NamedImage image) => image is { IsDefinition: false, Base: BaseImage.Oci oci } ? BaseImage.Tagged(oci.Reference)
        : $"{new string([.. image.Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-')}:latest";
#pragma warning restore CA1308

    /// <summary>That the file cannot be written is found out before the image is made.</summary>
    private static async Task<(Digest Manifest, long SizeBytes)> WriteAsync(string path, Func<Stream, Task<Digest>> write)
    {
        if (path == "-")
        {
            var stdout = new CountingStream(Console.OpenStandardOutput());
            await using (stdout.ConfigureAwait(false))
            {
                return (await write(stdout).ConfigureAwait(false), stdout.Written);
            }
        }

        return await WholeFile.WriteAsync(path, async output => (await write(output).ConfigureAwait(false), output.Position)).ConfigureAwait(false);
    }
}
