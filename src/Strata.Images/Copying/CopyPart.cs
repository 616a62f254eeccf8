using System.Security.Cryptography;
using Strata.Core;
using Strata.Layers;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>What one item of a step copies: a view of it.</summary>
internal sealed class CopyPart : IDisposable
{
    private readonly LayerIndex _index;

    private CopyPart(CopySource source, ViewLease view, LayerIndex index) => (Source, View, _index) = (source, view, index);

    public CopySource Source { get; }

    public ViewLease View { get; }

    /// <summary>Whether there is nothing but the root.</summary>
    public bool IsEmpty => _index.EntryCount == 1;

    public Digest TreeDigest => _index.TreeDigest;

    /// <summary>In path order, below the target, without the root; as they were found but for owners and times.</summary>
    public IEnumerable<IndexEntry> Entries()
    {
        foreach (var entry in _index.Entries())
        {
            if (entry.Entry.Path.Length > 0)
            {
                yield return Source.FileName is { } name ? entry with { Entry = entry.Entry with { Path = name } } : entry;
            }
        }
    }

    /// <exception cref="DamagedLayerException">What is copied from is gone or damaged.</exception>
    public static async ValueTask<CopyPart> OpenAsync(CopySource source, LayerViews views, CancellationToken cancellationToken)
    {
        var found = await views.OpenAsync(source.View, cancellationToken).ConfigureAwait(false);
        if (found is { WasMade: false, Lease: not null })
        {
            try
            {
                return Of(source, found);
            }
            catch (DamagedLayerException)
            {
                found = await views.RemakeAsync(source.View, cancellationToken).ConfigureAwait(false); // it costs writing it once more
            }
        }

        return Of(source, found);
    }

    private static CopyPart Of(CopySource source, ViewOpening opening)
    {
        var view = opening.Lease ?? throw new DamagedLayerException($"The layer {opening.Missing?.Short} that is copied from is gone.");
        try
        {
            return new(source, view, LayerIndex.Open(view.Image.IndexPath ?? throw new DamagedLayerException($"The view {view.Image.Digest.Short} has lost its index.")));
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    /// <summary>Which names are one file, which the tree digest does not say; null: each file has one name. A workspace's files have.</summary>
    public Digest? LinksDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var isLinked = false;
        foreach (var (entry, _) in _index.Entries())
        {
            if (entry.Kind is EntryKind.HardLink)
            {
                isLinked = true;
                hash.AppendData(entry.Path);
                hash.AppendData("\0"u8);
                hash.AppendData(entry.Link);
                hash.AppendData("\0"u8);
            }
        }

        return isLinked ? Digest.FromHash(hash.GetHashAndReset()) : null;
    }

    /// <summary>For reading what it shows, contents too. The caller disposes it, before this.</summary>
    public ErofsReader OpenImage()
    {
        var image = ErofsReader.Open(View.Image.Image, ownsFile: false);
        image.UseDevices([.. View.Devices.Select(static d => d.Image)]);
        return image;
    }

    /// <summary>All names but the root, in path order, each with the digest of its content if it is a file's first name.</summary>
    /// <param name="image">From <see cref="OpenImage"/>.</param>
    /// <exception cref="DamagedLayerException">While enumerating: view and index are not of one tree.</exception>
    public IEnumerable<(ErofsEntry Name, Digest? Content)> Names(ErofsReader image)
    {
        using var indexed = _index.Entries().GetEnumerator();
        foreach (var name in image.Entries())
        {
            if (!indexed.MoveNext() || !name.Entry.Path.AsSpan().SequenceEqual(indexed.Current.Entry.Path) || name.Entry.Kind != indexed.Current.Entry.Kind)
            {
                throw new DamagedLayerException($"The view {View.Image.Digest.Short} has the index of another.");
            }

            if (name.Entry.Path.Length > 0)
            {
                yield return (Source.FileName is { } file ? name with { Entry = name.Entry with { Path = file } } : name, indexed.Current.Content);
            }
        }
    }

    public void Dispose() => View.Dispose();
}
