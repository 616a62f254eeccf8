using Strata.Core.Diagnostics;

namespace Strata.Artifacts.Archives;

/// <summary>An artifact for people: an archive or a directory. The same content gives the same bytes.</summary>
public static class ArtifactArchives
{
    /// <summary>A pax tar, compressed with zstd.</summary>
    /// <exception cref="EnvironmentException">libzstd is not installed.</exception>
    public static Task WriteTarZstdAsync(ArtifactContent content, Stream target, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>A zip with Unix modes; symlinks as such, other names of a file as copies, what zip has no place for left out.</summary>
    /// <returns>Names left out: devices, pipes.</returns>
    public static Task<long> WriteZipAsync(ArtifactContent content, Stream target, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Into a directory of this host, which is made if it is absent and empty otherwise; whole, or nothing. Files belong to whoever runs this.</summary>
    /// <returns>Names left out: devices.</returns>
    /// <exception cref="UserErrorException">The directory is not empty, or a link leads out of it.</exception>
    public static Task<long> WriteDirectoryAsync(ArtifactContent content, string directory, CancellationToken cancellationToken) => throw new NotSupportedException();
}
