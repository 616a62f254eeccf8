using Strata.Layers.Compression;
using Strata.Layers.Entries;
using Strata.Layers.Store;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Archives;

/// <summary>What a stack of layers shows becomes an archive: the same layers give the same bytes.</summary>
public static class TreeArchives
{
    /// <summary>A pax tar in path order, with owners, modes, times and extended attributes.</summary>
    /// <param name="layers">Bottom first.</param>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    public static async Task WriteTarAsync(IReadOnlyList<LayerLease> layers, Stream tar, CancellationToken cancellationToken)
    {
        using var source = new StackSource(layers, expandsLinks: false);
        var writer = new TarWriter(tar);
        while (await source.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            await writer.WriteAsync(entry, cancellationToken).ConfigureAwait(false);
            while (entry.Kind is EntryKind.File && await source.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            {
                await writer.WriteContentAsync(piece, cancellationToken).ConfigureAwait(false);
            }
        }

        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, compressed with zstd.</summary>
    /// <param name="layers">Bottom first.</param>
    /// <exception cref="DllNotFoundException">libzstd.so.1 is not installed.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    public static async Task WriteTarZstdAsync(IReadOnlyList<LayerLease> layers, Stream archive, CancellationToken cancellationToken)
    {
        var tar = new ZstdWriteStream(archive);
        await using (tar.ConfigureAwait(false))
        {
            await WriteTarAsync(layers, tar, cancellationToken).ConfigureAwait(false);
            await tar.FinishAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A zip with Unix modes and times to two seconds, of UTC. Symlinks are kept as such; other names of a file are copies; it knows no owners and attributes.</summary>
    /// <param name="layers">Bottom first.</param>
    /// <returns>Names left out: devices and pipes.</returns>
    /// <exception cref="HostileArchiveException">A name is not UTF-8: zip names are text.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    public static async Task<long> WriteZipAsync(IReadOnlyList<LayerLease> layers, Stream zip, CancellationToken cancellationToken)
    {
        using var source = new StackSource(layers, expandsLinks: true);
        return await ZipWriting.WriteAsync(source, zip, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Into an empty directory. Everything belongs to whoever runs this; set-user-id and set-group-id bits, and extended attributes, are left out.</summary>
    /// <param name="layers">Bottom first.</param>
    /// <returns>Names left out: devices.</returns>
    /// <exception cref="LeavingLinkException">A link leads out of the directory.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static Task<long> WriteDirectoryAsync(IReadOnlyList<LayerLease> layers, string directory, CancellationToken cancellationToken) =>
        HostDirectory.WriteAsync(layers, directory, cancellationToken);

    /// <summary>Moves what was written there into another directory of the same file system, among what that has; nothing is replaced.</summary>
    /// <returns>Null, or a name that is taken: then nothing was moved.</returns>
    /// <exception cref="IOException">Something could not be moved.</exception>
    public static string? TryMerge(string from, string to) => HostMerge.TryMerge(from, to);

    /// <summary>Takes away what was written there, whatever its modes.</summary>
    /// <exception cref="IOException">Something could not be removed.</exception>
    public static void RemoveWritten(string path) => TreeRemoval.Remove(path);
}
