using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>Makes the index of a layer from its image, for one that was lost: the same bytes as when the layer was packed. Reads all its files.</summary>
internal static class ImageIndexing
{
    /// <param name="path">Need not be there; what was written stays behind when this fails.</param>
    /// <returns>False: it is a view, whose files' contents are elsewhere.</returns>
    /// <exception cref="DamagedLayerException">It is no image, or contradicts itself.</exception>
    /// <exception cref="IOException">It cannot be read, or the index not be written.</exception>
    public static async Task<bool> TryWriteAsync(SafeFileHandle image, string path, CancellationToken cancellationToken)
    {
        using var reader = ErofsReader.Open(image, ownsFile: false);
        if (reader.Devices.Count > 0)
        {
            return false;
        }

        var linked = reader.Entries().Where(static e => e.Entry.Kind is EntryKind.HardLink).Select(static e => e.Entry.Link).ToHashSet(NameComparer.Instance);
        var firsts = new Dictionary<byte[], (LayerEntry Entry, Digest Content)>(NameComparer.Instance);
        using var index = new LayerIndexWriter(path);
        using var tree = new TreeRecordHasher();
        using var source = new LayerSource(reader);
        while (await source.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
        {
            var content = entry.Kind is EntryKind.File ? await HashAsync(source, cancellationToken).ConfigureAwait(false) : default;
            if (linked.Contains(entry.Path))
            {
                firsts.Add(entry.Path, (entry, content));
            }

            index.Add(NameRecord.Of(entry, content));
            var (shown, shownContent) = entry.Kind is EntryKind.HardLink ? firsts[entry.Link] : (entry, content);
            tree.Add(NameRecord.Of(shown with { Path = entry.Path }, shownContent));
        }

        index.Finish(tree.Finish());
        return true;
    }

    private static async ValueTask<Digest> HashAsync(LayerSource source, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await source.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
        {
            hash.AppendData(piece.Span);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }
}
