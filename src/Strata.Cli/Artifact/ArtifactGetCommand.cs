using System.CommandLine;
using Strata.Artifacts;
using Strata.Artifacts.Archives;
using Strata.Cli.Image;
using Strata.Cli.Output;
using Strata.Cli.Run;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers;

namespace Strata.Cli.Artifact;

/// <summary><c>strata artifact get NAME [-o FILE|DIR/]</c>.</summary>
internal static class ArtifactGetCommand
{
    public static Command Create()
    {
        var options = new ArtifactOptions();
        var name = ArtifactOptions.Name(options);
        var output = new Option<string?>("--output", "-o")
        {
            HelpName = "FILE|DIR/",
            Description = "A directory to unpack into, or an archive to write: *.tar.zst, *.tar or *.zip; '-' is a tar.zst on stdout (default: the directory ./NAME).",
        };
        var command = new Command("get", "Fetch an artifact.") { name };
        var storage = SelectionOptions.One("--storage", "URL", "Where layers that are not on this host are (default: storage in the configuration).");
        command.Options.Add(output);
        command.Options.Add(storage);
        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (_, cancellationToken) =>
        {
            using var place = ArtifactPlace.Open(parsed, options);
            var target = GetTarget.Of(parsed.GetValue(output), parsed.GetValue(name)!);
            var artifact = await place.GetAsync(parsed.GetValue(name)!, cancellationToken).ConfigureAwait(false);
            var configuration = parsed.GetValue(storage) is { } url ? place.Configuration.With(url) : place.Configuration;
            var platform = new LocalPlatform(place.Data, configuration);
            await using var closed = platform.ConfigureAwait(false);
            using var content = await ArtifactPlace.OpenAsync(artifact, platform.Layers, cancellationToken).ConfigureAwait(false);
            var leftOut = await WriteAsync(content, target, cancellationToken).ConfigureAwait(false);
            var tree = content.Tree;
            if (parsed.GetValue(options.Json) && target.Path is not null)
            {
                ArtifactJson.Print(
                    new(artifact.Name, artifact.Producer.RunId, target.Path, Word(target.Format), tree.Tree.ToString(), tree.SizeBytes, tree.Files, leftOut), ArtifactJson.Default.GetResult);
            }
            else
            {
                var dropped = leftOut > 0 ? $"; {leftOut} special {(leftOut == 1 ? "file" : "files")} left out" : "";
                var line = $"{target.Path ?? "-"}: {artifact.Name} of run {artifact.Producer.RunId}, {new ByteSize(tree.SizeBytes)}, {tree.Files} {(tree.Files == 1 ? "file" : "files")}, {tree.Tree}{dropped}";
                await (target.Path is null ? Console.Error : Console.Out).WriteLineAsync(TerminalText.Printable(line)).ConfigureAwait(false);
            }

            return ExitCode.Success;
        }));
        return command;
    }

    /// <returns>Names left out.</returns>
    private static async Task<long> WriteAsync(ArtifactContent content, GetTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return target switch
            {
                { Format: GetFormat.Directory } => await ArtifactArchives.WriteDirectoryAsync(content, target.Path!, cancellationToken).ConfigureAwait(false),
                { Path: null } => await WriteStdoutAsync(content, cancellationToken).ConfigureAwait(false),
                _ => await WholeFile.WriteAsync(target.Path, file => WriteArchiveAsync(content, target.Format, file, cancellationToken)).ConfigureAwait(false),
            };
        }
        catch (DamagedLayerException e)
        {
            throw new EnvironmentException(ArchiveDiagnostics.Damaged("The artifact", e), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(ArtifactDiagnostics.CannotWrite(target.Path ?? "stdout", e.Message), e);
        }
    }

    private static async Task<long> WriteStdoutAsync(ArtifactContent content, CancellationToken cancellationToken)
    {
        var stdout = Console.OpenStandardOutput();
        await using (stdout.ConfigureAwait(false))
        {
            return await WriteArchiveAsync(content, GetFormat.TarZstd, stdout, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<long> WriteArchiveAsync(ArtifactContent content, GetFormat format, Stream file, CancellationToken cancellationToken)
    {
        switch (format)
        {
            case GetFormat.Zip:
                return await ArtifactArchives.WriteZipAsync(content, file, cancellationToken).ConfigureAwait(false);
            case GetFormat.Tar:
                await ArtifactArchives.WriteTarAsync(content, file, cancellationToken).ConfigureAwait(false);
                return 0;
            default:
                await ArtifactArchives.WriteTarZstdAsync(content, file, cancellationToken).ConfigureAwait(false);
                return 0;
        }
    }

    private static string Word(GetFormat format) => format switch
    {
        GetFormat.Directory => "directory",
        GetFormat.Zip => "zip",
        GetFormat.Tar => "tar",
        _ => "tar.zst",
    };
}
