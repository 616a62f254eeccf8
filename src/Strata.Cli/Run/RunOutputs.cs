using Strata.Artifacts;
using Strata.Artifacts.Archives;
using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Execution.Reporting;
using Strata.Layers;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Cli.Run;

/// <summary><c>--out DIR</c>: a directory for each artifact that the run published. What was put there by an earlier run is replaced; anything else is left alone.</summary>
internal sealed class RunOutputs(string directory, string dataDirectory, ILayerStore layers, RunIdentity identity)
{
    /// <summary>Names of ours in the directory, a line each.</summary>
    private const string ListName = ".strata-out";

    /// <summary>That nothing can be put there is found out before the run; the directory is made after it.</summary>
    /// <exception cref="EnvironmentException">It cannot be made, or not be written.</exception>
    public static void Check(string directory)
    {
        var nearest = Path.GetFullPath(directory);
        while (!Path.Exists(nearest) && Path.GetDirectoryName(nearest) is { } above)
        {
            nearest = above;
        }

        try
        {
            using var probe = new FileStream(
                Path.Combine(nearest, $"{ListName}.{Environment.ProcessId}.tmp"),
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose, BufferSize = 0 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.Unwritable(directory, e.Message), e);
        }
    }

    /// <returns>The directories written.</returns>
    /// <exception cref="UserErrorException">Something that is not ours is in the way, or a link leads out of an artifact.</exception>
    /// <exception cref="EnvironmentException">The directory cannot be written, or the store lost the artifact.</exception>
    public async Task<IReadOnlyList<string>> WriteAsync(RunReport report, CancellationToken cancellationToken)
    {
        var names = report.Jobs.SelectMany(static job => job.Artifacts)
            .Where(static artifact => artifact is { Direction: "upload", State: "ready" }).Select(static artifact => artifact.Name).Distinct(StringComparer.Ordinal).ToList();
        try
        {
            Directory.CreateDirectory(directory);
            var list = Path.Combine(directory, ListName);
            var ours = File.Exists(list) ? [.. await File.ReadAllLinesAsync(list, cancellationToken).ConfigureAwait(false)] : new SortedSet<string>(StringComparer.Ordinal);
            using var database = new Database(dataDirectory, TimeProvider.System);
            var artifacts = new ArtifactRecords(database, TimeProvider.System, ArtifactLimits.Default); // reads only
            var written = new List<string>(names.Count);
            foreach (var name in names)
            {
                if (await artifacts.FindAsync(report.RunId, name, identity, trustFork: false, cancellationToken).ConfigureAwait(false) is { State: ArtifactState.Ready } artifact)
                {
                    written.Add(await WriteAsync(artifact, ours, cancellationToken).ConfigureAwait(false));
                    ours.Add(name);
                    await File.WriteAllLinesAsync(list, ours, cancellationToken).ConfigureAwait(false);
                }
            }

            return written;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.Unwritable(directory, e.Message), e);
        }
        catch (DamagedLayerException e)
        {
            throw new EnvironmentException(ArchiveDiagnostics.Damaged("The artifact", e), e);
        }
    }

    private async Task<string> WriteAsync(Strata.Artifacts.Records.Artifact artifact, SortedSet<string> ours, CancellationToken cancellationToken)
    {
        var target = Path.Combine(directory, artifact.Name); // names of artifacts have no '/'
        if (artifact.Name is "." or ".." or ListName || (Path.Exists(target) && !ours.Contains(artifact.Name)))
        {
            throw new UserErrorException(CliDiagnostics.OutputInTheWay(target));
        }

        var opening = await ArtifactContent.OpenAsync(layers.Of(LayerOrg.Of(identity.Organization)), artifact.Content!, cancellationToken).ConfigureAwait(false);
        using var content = opening.Content ?? throw new EnvironmentException(ArtifactDiagnostics.ContentGone(artifact, opening.Missing!.Value, opening.Miss, opening.Reason));
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        await ArtifactArchives.WriteDirectoryAsync(content, target, cancellationToken).ConfigureAwait(false);
        return target;
    }
}
