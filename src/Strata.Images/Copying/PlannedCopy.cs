using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Json;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>What a step copies. Where it goes is looked at when it is written: a layer that is found by its key was written once.</summary>
internal sealed class PlannedCopy : IDisposable
{
    private readonly CopyRequest _request;
    private readonly IReadOnlyList<CopyPart> _parts;
    private (long Count, long Bytes)? _size;

    /// <param name="parts">Become this object's.</param>
    internal PlannedCopy(CopyRequest request, IReadOnlyList<CopyPart> parts)
    {
        (_request, _parts) = (request, parts);
        Files = FilesOf(parts, request.FromWorkspace);
    }

    /// <summary>
    /// For the key: of each item's paths, types, modes, link targets, attributes and contents, and of whether it is a file, which may become the target, or a
    /// tree. docs/format/layer-key.md draws it.
    /// </summary>
    public Digest Files { get; }

    /// <summary>Names that are no directories; what two items bring counts twice.</summary>
    public long FileCount => Size.Count;

    /// <summary>Sum of the files' sizes, counted likewise.</summary>
    public long SizeBytes => Size.Bytes;

    /// <summary>What is copied, below the target, item by item in path order, as it was found but for owners and times.</summary>
    public IEnumerable<(byte[] Path, IndexEntry Entry)> Entries
    {
        get
        {
            foreach (var part in _parts)
            {
                foreach (var entry in part.Entries())
                {
                    yield return (entry.Entry.Path, entry);
                }
            }
        }
    }

    /// <summary>All names of the layer that <see cref="WriteAsync"/> writes, as they will be in it: for comparing it with the one that was written last.</summary>
    /// <exception cref="UserErrorException">The image cannot take it (STR3162 to STR3165).</exception>
    /// <exception cref="Layers.DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">A layer cannot be read.</exception>
    public IReadOnlyList<IndexEntry> Placed()
    {
        var placed = new List<IndexEntry>();
        Place(names =>
        {
            foreach (var (entry, from) in names)
            {
                placed.Add(new(entry, from?.Content));
            }
        });
        return placed;
    }

    private (long Count, long Bytes) Size => _size ??= Count();

    /// <summary>Writes the layer, with all its data: it needs nothing of what it was copied from. The same copy to the same image gives the same bytes.</summary>
    /// <exception cref="UserErrorException">The image cannot take it (STR3162 to STR3165).</exception>
    /// <exception cref="Layers.DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public Task<PackedLayer> WriteAsync(LayerTarget target, CancellationToken cancellationToken) => Task.Run(() => Write(target, cancellationToken), cancellationToken);

    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Dispose();
        }
    }

    private PackedLayer Write(LayerTarget target, CancellationToken cancellationToken)
    {
        using var layer = new LayerBuilder(target);
        Place(names => layer.AddAll(names, cancellationToken));
        return layer.Finish();
    }

    private void Place(Action<IEnumerable<PlacedName>> use)
    {
        var images = new List<ErofsReader>(_parts.Count);
        try
        {
            foreach (var part in _parts)
            {
                images.Add(part.OpenImage());
            }

            var step = _request.Step;
            var names = new CopyList(step).Of(_parts, images);
            using var below = new StackTree(_request.Below);
            var target = CopyTarget.Find(below, step, _request.WorkingDirectory, isOneFile: _parts is [{ Source.FileName: not null }]);
            use(new CopyPlacing(below, step, _request.FromWorkspace).Place(target, names));
        }
        finally
        {
            images.ForEach(static i => i.Dispose());
        }
    }

    private (long Count, long Bytes) Count()
    {
        var (count, bytes) = (0L, 0L);
        foreach (var (_, entry) in Entries)
        {
            count += entry.Entry.Kind is EntryKind.Directory ? 0 : 1;
            bytes += entry.Entry.Size;
        }

        return (count, bytes);
    }

    private static Digest FilesOf(IReadOnlyList<CopyPart> parts, bool fromWorkspace)
    {
        var items = new JsonArray();
        foreach (var part in parts)
        {
            var item = new JsonObject { ["tree"] = part.TreeDigest.ToString() };
            if (part.Source.FileName is { } name)
            {
                item["file"] = Digest.Of(name).ToString(); // a name may be no text
            }

            if (!fromWorkspace && part.LinksDigest() is { } links)
            {
                item["links"] = links.ToString();
            }

            items.Add((JsonNode)item);
        }

        return CanonicalJson.DigestOf(new JsonObject { ["format"] = "strata.copy/1", ["from"] = fromWorkspace ? "workspace" : "image", ["items"] = items });
    }
}
