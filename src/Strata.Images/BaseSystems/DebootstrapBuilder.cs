using Strata.Core.Diagnostics;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Images.BaseSystems;

/// <summary>Makes a base system from a distribution's packages and stores its layer, streaming from one to the other.</summary>
internal sealed class DebootstrapBuilder(ILayerPlace layers, string dataDirectory, TimeProvider time)
{
    /// <returns>The layer, and suite → digest of the InRelease it was made from.</returns>
    public async Task<(LayerLease Lease, IReadOnlyDictionary<string, string> Releases)> BuildAsync(
        BaseImage.Debootstrap image, IReadOnlyList<string> packages, BuildProgress progress, CancellationToken cancellationToken)
    {
        if (!IsInstalled(BuilderCommand.Program))
        {
            throw new EnvironmentException(ImageDiagnostics.BuilderMissing(BuilderCommand.Program));
        }

        var place = BuildScratch.Choose(dataDirectory, allowMemory: true);
        try
        {
            return await BuildInAsync(place, image, packages, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (EnvironmentException e) when (e.Diagnostic.Code == ImageDiagnostics.NoSpaceCode && BuildScratch.IsMemory(place))
        {
            progress.Enter("memory is full, starting again on disk");
            place = BuildScratch.Choose(dataDirectory, allowMemory: false);
            return await BuildInAsync(place, image, packages, progress, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(LayerLease, IReadOnlyDictionary<string, string>)> BuildInAsync(
        string place, BaseImage.Debootstrap image, IReadOnlyList<string> packages, BuildProgress progress, CancellationToken cancellationToken)
    {
        using var scratch = ScratchDirectory.Create(place);
        var options = await AptOptions.WriteAsync(scratch.Path, time, cancellationToken).ConfigureAwait(false);
        var sources = AptSources.ForBuild(image.Suite, "/etc/apt");
        var command = BuilderCommand.Compose(image.Suite, packages, sources, options);
        var releases = new ReleaseDigests();
        using var builder = new BuilderProcess(command, BuilderCommand.Variables(scratch.Path), line =>
        {
            if (!releases.Read(line))
            {
                Show(line, progress);
            }
        });
        await builder.StartAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var output = new BuilderOutput(builder, () => BuilderFailure.Explain(image, builder.LastLines));
            await using (output.ConfigureAwait(false))
            {
                var lease = await StoredBase.ImportAsync(layers, output, cancellationToken).ConfigureAwait(false);
                return (lease, releases.BySuite); // the builder has ended: all it said is read
            }
        }
        finally
        {
            await builder.KillAsync().ConfigureAwait(false);
        }
    }

    private static bool IsInstalled(string program) =>
        Array.Exists(BuilderCommand.SearchPath.Split(':'), directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>Its phases, as it names them; not its warnings and not the paths it works in.</summary>
    private static void Show(string line, BuildProgress progress)
    {
        if (line.StartsWith("I: ", StringComparison.Ordinal) && line.EndsWith("...", StringComparison.Ordinal)
            && !line.Contains('/', StringComparison.Ordinal))
        {
            progress.Enter(line[3..^3]);
        }
    }
}
