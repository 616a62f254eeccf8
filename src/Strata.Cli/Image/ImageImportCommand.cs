using System.CommandLine;
using Strata.Cli.Run;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Transfers;

namespace Strata.Cli.Image;

/// <summary><c>strata image import NAME FILE.tar</c>: an image of an archive gets a name that workflows can use on this host.</summary>
internal static class ImageImportCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "The reference it gets: what `image:` or `from:` then says." };
        var file = new Argument<string>("FILE.tar") { Description = "An OCI layout (tar or directory) or what `docker save` writes; '-' reads a tar from stdin." };
        var which = SelectionOptions.One("--image", "NAME", "Which image of the archive, if it holds several.");
        var command = new Command("import", "Take an image out of an archive and name it.") { name, file };
        command.Options.Add(which);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null);
            var reference = parsed.GetValue(name)!;
            if (place.Request?.Workflow.Images.Any(image => image.Name == reference) == true)
            {
                throw new UserErrorException(CliDiagnostics.ImportOverDefinition(reference, place.File!.DisplayPath));
            }

            using var resolver = place.OpenResolver();
            var imported = await new ImageTransfers(resolver, place.Data, TimeProvider.System).ImportAsync(
                reference, parsed.GetValue(file)!, Console.OpenStandardInput(), parsed.GetValue(which), place.Identity, progress, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(new(imported.Reference, imported.Manifest.ToString(), imported.Layers, imported.SizeBytes), ImageJson.Default.ImportResult);
            }
            else
            {
                Console.Out.WriteLine($"{imported.Reference}  {imported.Manifest.Short}  {ImageTable.Layers(imported.Layers)}, {new ByteSize(imported.SizeBytes)}");
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
