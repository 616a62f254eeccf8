using Strata.Layers.Posix;

namespace Strata.Layers.Packing;

/// <summary>File trees become layers.</summary>
public static class LayerPacker
{
    /// <summary>Packs what is below a directory of this host, read on all cores. Its own mode, owner and times are the root's.</summary>
    /// <exception cref="TreeChangedException">A file or directory changed meanwhile.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer: an id over the limit, a path too long or deep, more than ten million names.</exception>
    /// <exception cref="IOException">Something cannot be read, or the target not be written.</exception>
    public static async Task<PackedLayer> FromDirectoryAsync(
        string directory, LayerTarget target, PackOptions options, CancellationToken cancellationToken)
    {
        using var root = DirectoryHandle.Open(directory, followLink: true);
        using var builder = new LayerBuilder(target);
        var walk = new DirectoryWalk(builder.Tree, options, cancellationToken);
        walk.Run(root.File);
        builder.ExpectNames(walk.DataBlocks);
        var pipeline = new ContentPipeline(() => new HostContent(root.File, builder.Tree, walk.Files, options), builder, walk.Files);
        await pipeline.RunAsync(cancellationToken).ConfigureAwait(false);
        return builder.Finish() with { Dropped = walk.AttributesDropped + walk.SocketsDropped + pipeline.AttributesDropped };
    }

    /// <summary>Packs an archive, plain or compressed with gzip or zstd. A name that comes twice: the last counts.</summary>
    /// <param name="archive">Read to its end and disposed.</param>
    /// <exception cref="HostileArchiveException">Traversal, bombs, damage, and everything two readers could read differently.</exception>
    /// <exception cref="IOException">The target cannot be written, or the archive not be read.</exception>
    public static async Task<PackedLayer> FromTarAsync(Stream archive, LayerTarget target, TarPackOptions options, CancellationToken cancellationToken)
    {
        using var builder = new LayerBuilder(target, lastWins: true, namesMax: options.Limits.EntriesMax);
        var packing = new TarPacking(builder, options);
        await packing.RunAsync(archive, cancellationToken).ConfigureAwait(false);
        return builder.Finish() with { Dropped = packing.Dropped, DependsOnLowers = packing.DependsOnLowers };
    }
}
