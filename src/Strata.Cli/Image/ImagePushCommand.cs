using System.CommandLine;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images;
using Strata.Images.Transfers;

namespace Strata.Cli.Image;

/// <summary><c>strata image push NAME [DESTINATION]</c>: only what the registry lacks travels.</summary>
internal static class ImagePushCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var build = new BuildOptions();
        var name = new Argument<string>("NAME") { HelpName = "NAME", Description = "A definition of the workflow here, or a reference." };
        name.CompletionSources.Add(options.Names);
        var destination = new Argument<string?>("DESTINATION") { Arity = ArgumentArity.ZeroOrOne, Description = "REGISTRY/REPOSITORY:TAG (default: NAME, if it is a reference)." };
        var command = new Command("push", "Send an image to a registry, fetching or making it first if needed.") { name, destination };
        build.AddTo(command);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, last, cancellationToken) =>
        {
            var place = ImagePlace.Open(parsed, options, null, build);
            var named = ImageWork.Find(place, parsed.GetValue(name)!);
            var target = parsed.GetValue(destination)
                ?? (named is { IsDefinition: false, Base: BaseImage.Oci oci } ? oci.Reference : throw new UserErrorException(CliDiagnostics.NoDestination(named.Name)));
            if (BaseImage.CheckReference(target, null) is { } problem)
            {
                throw new UserErrorException(problem);
            }

            var session = new BuildSession(place, build.Read(parsed), [named], verifies: false, progress, last);
            await using var closed = session.ConfigureAwait(false);
            using var image = await session.GetAsync(named.Recipe, cancellationToken).ConfigureAwait(false);
            var pushed = await new ImageTransfers(session.Bases, place.Data, TimeProvider.System).PushAsync(
                image, image.Config, target, progress, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(options.Json))
            {
                ImageJson.Print(
                    new(named.Name, pushed.Reference, pushed.Manifest.ToString(), pushed.Sent, pushed.SentBytes, pushed.Present), ImageJson.Default.PushResult);
            }
            else
            {
                Console.Out.WriteLine($"{pushed.Reference}: {pushed.Manifest}; {pushed.Sent} blobs sent ({new ByteSize(pushed.SentBytes)}), {pushed.Present} were there");
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
