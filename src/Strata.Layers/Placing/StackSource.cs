using System.Numerics;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Saving;

namespace Strata.Layers.Placing;

/// <summary>What a stack of layers shows, as a sequence of entries with their contents: one subtree after another. Not for concurrent use.</summary>
internal sealed class StackSource : IEntrySource, IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly LowerContents _contents;
    private IEnumerator<MergedEntry>? _entries;
    private byte[] _buffer = [];
    private long _read;

    public StackSource(IReadOnlyList<LowerLayer> layers, string scratch)
    {
        Tree = layers.Count == 0 ? MergedTree.Empty : MergedTree.Of([.. layers.Select(static layer => layer.ReadIndex())]);
        _contents = new(layers, Tree, scratch);
    }

    public MergedTree Tree { get; }

    /// <summary>Of every entry; null: as the layers have it.</summary>
    public Timestamp? Modified { get; init; }

    /// <summary>All that was given so far.</summary>
    public PlacedTree Placed { get; private set; }

    /// <summary>Whether nothing came since the last start.</summary>
    public bool IsEmpty { get; private set; }

    /// <param name="below">A path of the tree, with all below.</param>
    /// <param name="shownAs">What it is called in the sequence.</param>
    public void Start(byte[] below, byte[] shownAs)
    {
        _entries?.Dispose();
        _entries = Tree.Entries(below, shownAs).GetEnumerator();
        IsEmpty = true;
    }

    public ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _read = 0;
        if (_entries is null || !_entries.MoveNext())
        {
            return ValueTask.FromResult<LayerEntry?>(null);
        }

        var entry = _entries.Current.Entry;
        IsEmpty = false;
        Placed = new(Placed.Files + 1, Placed.Bytes + entry.Size);
        if (Placed.Bytes > TreeImportLimits.Default.SizeBytesMax || Placed.Bytes < 0)
        {
            throw new DamagedLayerException($"{PosixPath.Show(entry.Path)}: the files of the tree have more than {TreeImportLimits.Default.SizeBytesMax} bytes.", LayerFault.TooLarge);
        }

        return ValueTask.FromResult<LayerEntry?>(Modified is { } modified ? entry with { Modified = modified } : entry);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = _entries!.Current;
        var length = (int)Math.Min(BufferSize, file.Entry.Size - _read);
        if (_buffer.Length < length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)length)); // mostly small: large ones cost a millisecond to get
        }

        var piece = _buffer.AsMemory(0, length);
        _contents.Read(file, _read, piece.Span);
        _read += piece.Length;
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(piece);
    }

    public void Dispose()
    {
        _entries?.Dispose();
        _contents.Dispose();
    }
}
