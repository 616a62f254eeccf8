using Strata.Layers.Compression;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>One pass over an archive: decompressed on one core; parsed, hashed and written on another.</summary>
internal sealed class TarPacking(LayerBuilder builder, TarPackOptions options)
{
    private const int CopySize = 1 << 20;

    private readonly OciWhiteouts? _whiteouts = options.Form is WhiteoutForm.Oci ? new() : null;
    private IReadOnlyList<ErofsReader>? _lowers;
    private LinkedParents? _links;

    /// <inheritdoc cref="PackedLayer.Dropped"/>
    public long Dropped { get; private set; }

    /// <inheritdoc cref="PackedLayer.DependsOnLowers"/>
    public bool DependsOnLowers { get; private set; }

    public async Task RunAsync(Stream archive, CancellationToken cancellationToken)
    {
        using var content = ArchiveContent.Open(archive);
        var ahead = new ReadAhead(content, cancellationToken);
        await using var reading = ahead.ConfigureAwait(false);
        using var reader = new TarReader(ahead.Stream, options.Limits, overlayMarks: options.Form is WhiteoutForm.Overlay);
        try
        {
            while (await reader.NextAsync(cancellationToken).ConfigureAwait(false) is { } entry)
            {
                await AddAsync(entry, reader, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException e)
        {
            throw new HostileArchiveException($"The compressed data is damaged or cut off: {e.Message}");
        }

        _whiteouts?.Apply(builder.Tree);
        if (ImpliedDirectories.Any(builder.Tree))
        {
            DependsOnLowers = true;
            ImpliedDirectories.TakeOver(builder.Tree, await LowersAsync(cancellationToken).ConfigureAwait(false));
        }

        Dropped += reader.AttributesDropped;
    }

    private async Task AddAsync(LayerEntry entry, TarReader reader, CancellationToken cancellationToken)
    {
        if (Math.Max(entry.User, entry.Group) is var id && id > options.Owners.IdMax)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(entry.Path)}: its owner {id} is over {options.Owners.IdMax}, the highest id a job has.", ArchiveFault.Unsafe);
        }

        if (_whiteouts is not null && options.OpenLowers is not null)
        {
            entry = await PlacedAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        if (_whiteouts is not null && _whiteouts.Take(entry))
        {
            return;
        }

        if (_whiteouts is not null && entry.IsWhiteout)
        {
            Dropped++;
        }
        else if (entry is not { Kind: EntryKind.File, Size: > 0 })
        {
            if (entry.Kind is EntryKind.HardLink && builder.Tree.Find(entry.Link) == EntryTree.None)
            {
                DependsOnLowers = true;
                CopyUp(entry.Link, await LowersAsync(cancellationToken).ConfigureAwait(false));
            }

            builder.Add(entry);
        }
        else
        {
            builder.BeginFile(entry);
            while (await reader.ReadContentAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } piece)
            {
                builder.Write(piece.Span);
            }

            builder.EndFile();
        }
    }

    /// <summary>Where it belongs, if a directory that leads there is a link in a layer below; so too what a hard link names.</summary>
    private async ValueTask<LayerEntry> PlacedAsync(LayerEntry entry, CancellationToken cancellationToken)
    {
        var path = await PlaceAsync(entry.Path, cancellationToken).ConfigureAwait(false);
        var link = entry.Kind is EntryKind.HardLink ? await PlaceAsync(entry.Link, cancellationToken).ConfigureAwait(false) : entry.Link;
        return path == entry.Path && link == entry.Link ? entry : entry with { Path = path, Link = link };
    }

    private async ValueTask<byte[]> PlaceAsync(byte[] path, CancellationToken cancellationToken)
    {
        var split = path.AsSpan().LastIndexOf((byte)'/');
        if (split < 0 || builder.Tree.Find(path.AsSpan(0, split)) != EntryTree.None)
        {
            _links?.Forget();
            return path;
        }

        DependsOnLowers = true;
        _links ??= new(builder.Tree, _whiteouts!, await LowersAsync(cancellationToken).ConfigureAwait(false));
        var place = _links.Resolve(path.AsSpan(0, split), path);
        if (place.AsSpan().SequenceEqual(path.AsSpan(0, split)))
        {
            return path;
        }

        byte[] placed = place.Length == 0 ? path[(split + 1)..] : [.. place, .. path.AsSpan(split)];
        return EntryPath.IsNormal(placed) ? placed
            : throw new HostileArchiveException($"{PosixPath.Show(path)}: links in the layers below lead it too deep.", ArchiveFault.TooLarge);
    }

    private async ValueTask<IReadOnlyList<ErofsReader>> LowersAsync(CancellationToken cancellationToken) =>
        _lowers ??= options.OpenLowers is { } open ? await open(cancellationToken).ConfigureAwait(false) : [];

    /// <summary>As overlayfs does before it makes a link: the layer gets the file it links to.</summary>
    private void CopyUp(byte[] path, IReadOnlyList<ErofsReader> lowers)
    {
        if (LowerLayers.Find(lowers, path) is not var (layer, lower) || lower.Entry.Kind is EntryKind.Directory)
        {
            return; // the link is refused
        }

        if (lower.Entry is not { Kind: EntryKind.File, Size: > 0 })
        {
            builder.Add(lower.Entry);
            return;
        }

        var buffer = new byte[Math.Min(lower.Entry.Size, CopySize)];
        builder.BeginFile(lower.Entry);
        for (var at = 0L; at < lower.Entry.Size; at += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, lower.Entry.Size - at));
            layer.ReadContent(lower, at, part);
            builder.Write(part);
        }

        builder.EndFile();
    }
}
