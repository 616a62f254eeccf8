using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Archives;

/// <summary>What a stack of layers shows, in path order with its contents: without whiteouts and marks. Not for concurrent use.</summary>
internal sealed class StackSource : IEntrySource, IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly List<StackLayer> _layers;
    private readonly IEnumerator<(LayerEntry Entry, StackLayer Layer, byte[] PathInLayer)> _entries;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private readonly bool _expandsLinks;
    private readonly Dictionary<byte[], ErofsEntry> _linked = new(NameComparer.Instance);
    private ErofsEntry? _file;
    private long _read;

    /// <param name="layers">Bottom first; held by the caller until this is disposed.</param>
    /// <param name="expandsLinks">Whether other names of a file are files too, for what knows no hard links.</param>
    /// <exception cref="DamagedLayerException">One is no layer, or has no index.</exception>
    public StackSource(IReadOnlyList<LayerLease> layers, bool expandsLinks)
    {
        _expandsLinks = expandsLinks;
        _layers = [.. layers.Select(static layer => new StackLayer(layer))];
        _entries = (_layers.Count == 1 ? OfOne(_layers[0]) : OfMany(layers)).GetEnumerator();
    }

    public ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (_file, _read) = (null, 0);
        if (!_entries.MoveNext())
        {
            return ValueTask.FromResult<LayerEntry?>(null);
        }

        var entry = _entries.Current.Entry;
        if (entry.Kind is EntryKind.HardLink && _expandsLinks)
        {
            if (!_linked.TryGetValue(entry.Link, out _file)) // finding one that was passed reads the directories that lead there
            {
                _linked.Add(entry.Link, _file = _entries.Current.Layer.Get(_entries.Current.PathInLayer));
            }

            entry = _file.Entry with { Path = entry.Path };
        }

        return ValueTask.FromResult<LayerEntry?>(entry);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (_, layer, path) = _entries.Current;
        _file ??= layer.Get(path);
        var piece = _buffer.AsMemory(0, (int)Math.Min(BufferSize, _file.Entry.Size - _read));
        layer.Reader.ReadContent(_file, _read, piece.Span);
        _read += piece.Length;
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(piece);
    }

    public void Dispose()
    {
        _entries.Dispose();
        _layers.ForEach(static layer => layer.Dispose());
    }

    private static IEnumerable<(LayerEntry Entry, StackLayer Layer, byte[] Path)> OfOne(StackLayer layer)
    {
        while (layer.Next() is { } found)
        {
            if (!found.Entry.IsWhiteout)
            {
                yield return (Unmarked(found.Entry), layer, found.Entry.Path);
            }
        }
    }

    private IEnumerable<(LayerEntry Entry, StackLayer Layer, byte[] Path)> OfMany(IReadOnlyList<LayerLease> leases)
    {
        var tree = MergedTree.Of([.. leases.Select(static lease => LayerIndex.Open(
            lease.IndexPath ?? throw new DamagedLayerException($"The layer {lease.Digest.Short} has no index.")))]);
        foreach (var shown in tree.Entries([], []))
        {
            yield return (shown.Entry, _layers[shown.Layer], shown.PathInLayer);
        }
    }

    private static LayerEntry Unmarked(LayerEntry entry)
    {
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.Name.AsSpan().SequenceEqual(Tar.AttributePolicy.OpaqueMark))
            {
                return entry with { Attributes = [.. entry.Attributes.Where(a => a != attribute)] };
            }
        }

        return entry;
    }
}
