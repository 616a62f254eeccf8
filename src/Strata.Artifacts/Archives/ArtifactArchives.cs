using Strata.Core.Diagnostics;
using Strata.Layers;
using Strata.Layers.Archives;

namespace Strata.Artifacts.Archives;

/// <summary>An artifact for people: an archive or a directory. The same layers give the same bytes.</summary>
public static class ArtifactArchives
{
    /// <summary>A pax tar with owners, modes, times and extended attributes.</summary>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static Task WriteTarAsync(ArtifactContent content, Stream target, CancellationToken cancellationToken) =>
        TreeArchives.WriteTarAsync(content.Layers, target, cancellationToken);

    /// <summary>The same, compressed with zstd.</summary>
    /// <exception cref="EnvironmentException">libzstd is not installed.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static async Task WriteTarZstdAsync(ArtifactContent content, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await TreeArchives.WriteTarZstdAsync(content.Layers, target, cancellationToken).ConfigureAwait(false);
        }
        catch (DllNotFoundException e)
        {
            throw new EnvironmentException(ArtifactDiagnostics.NoZstd(), e);
        }
    }

    /// <summary>A zip with Unix modes; symlinks as such, other names of a file as copies.</summary>
    /// <returns>Names left out: devices and pipes, which a zip has no place for.</returns>
    /// <exception cref="UserErrorException">A name is not UTF-8.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The target cannot be written.</exception>
    public static async Task<long> WriteZipAsync(ArtifactContent content, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            return await TreeArchives.WriteZipAsync(content.Layers, target, cancellationToken).ConfigureAwait(false);
        }
        catch (HostileArchiveException e)
        {
            throw new UserErrorException(ArtifactDiagnostics.NotForZip(e.Message));
        }
    }

    /// <summary>
    /// Into a directory of this host, which is made if it is absent, among what it has otherwise; whole, or nothing. Files belong to whoever runs this,
    /// without set-user-id bits and extended attributes.
    /// </summary>
    /// <returns>Names left out: devices.</returns>
    /// <exception cref="UserErrorException">The directory has a name that would be replaced, or a link leads out of the artifact.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static async Task<long> WriteDirectoryAsync(ArtifactContent content, string directory, CancellationToken cancellationToken)
    {
        var target = HostTarget.Prepare(directory);
        try
        {
            var leftOut = await TreeArchives.WriteDirectoryAsync(content.Layers, target.Path, cancellationToken).ConfigureAwait(false);
            target.Publish();
            return leftOut;
        }
        catch (LeavingLinkException e)
        {
            throw new UserErrorException(ArtifactDiagnostics.LinkLeaves(e.Link, e.Target));
        }
        finally
        {
            target.Dispose();
        }
    }
}
