using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Packing;

/// <summary>An image as a sequence of entries with their contents.</summary>
internal sealed class LayerSource(ErofsReader reader) : IEntrySource, IDisposable
{
    private const int BufferSize = 1 << 20;

    private readonly IEnumerator<ErofsEntry> _entries = reader.Entries().GetEnumerator();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private long _read;

    public ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _read = 0;
        return ValueTask.FromResult(_entries.MoveNext() ? _entries.Current.Entry : null);
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var piece = _buffer.AsMemory(0, (int)Math.Min(BufferSize, _entries.Current.Entry.Size - _read));
        reader.ReadContent(_entries.Current, _read, piece.Span);
        _read += piece.Length;
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(piece);
    }

    public void Dispose() => _entries.Dispose();
}
