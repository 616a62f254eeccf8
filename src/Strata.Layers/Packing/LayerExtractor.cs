using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>Layers become files on this host, or archives.</summary>
public static class LayerExtractor
{
    /// <summary>Writes all of a layer into an empty directory. Links are made as they are and never followed.</summary>
    /// <exception cref="DamagedLayerException">The layer contradicts itself.</exception>
    /// <exception cref="HostileArchiveException">An owner is over the limit, or the kernel refuses an attribute.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static async Task<ExtractedLayer> ToDirectoryAsync(ErofsReader layer, string directory, ExtractOptions options, CancellationToken cancellationToken)
    {
        using var root = DirectoryHandle.Open(directory);
        using var source = new LayerSource(layer);
        using var extractor = new TreeExtractor(root.File, options.Owners, options.Marks is not ExtractedMarks.None);
        await extractor.ExtractAsync(new MarkedSource(source, options.Marks), cancellationToken).ConfigureAwait(false);
        return new(extractor.DevicesDropped);
    }

    /// <summary>Writes a layer as a plain tar in path order: the same layer gives the same bytes.</summary>
    /// <exception cref="DamagedLayerException">The layer contradicts itself.</exception>
    /// <exception cref="HostileArchiveException">In OCI form: a file has a name that means a removal there.</exception>
    public static async Task ToTarAsync(ErofsReader layer, Stream tar, WhiteoutForm form, CancellationToken cancellationToken)
    {
        using var source = new LayerSource(layer);
        var writer = new TarWriter(tar);
        while (await source.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            foreach (var member in form is WhiteoutForm.Oci ? OciMembers.Of(entry) : [entry])
            {
                await writer.WriteAsync(member, cancellationToken).ConfigureAwait(false);
            }

            while (await source.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            {
                await writer.WriteContentAsync(piece, cancellationToken).ConfigureAwait(false);
            }
        }

        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
    }
}
