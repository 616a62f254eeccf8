using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;

namespace Strata.Layers.Archives;

/// <summary>One layer of a stack whose files are asked for mostly in path order: then finding one costs a step.</summary>
internal sealed class StackLayer : IDisposable
{
    private readonly IEnumerator<ErofsEntry> _walk;
    private bool _isOver;

    /// <param name="lease">Held by the caller until this is disposed.</param>
    public StackLayer(LayerLease lease)
    {
        Reader = ErofsReader.Open(lease.Image, ownsFile: false);
        _walk = Reader.Entries().GetEnumerator();
    }

    public ErofsReader Reader { get; }

    /// <summary>Null: that was all.</summary>
    public ErofsEntry? Next()
    {
        _isOver = _isOver || !_walk.MoveNext();
        return _isOver ? null : _walk.Current;
    }

    /// <summary>The file of a path, whatever name of several it is.</summary>
    /// <exception cref="DamagedLayerException">It is not there, or no file.</exception>
    public ErofsEntry Get(byte[] path)
    {
        while (!_isOver && (_walk.Current is not { } at || PathOrder.Compare(at.Entry.Path, path) < 0))
        {
            Next();
        }

        var found = !_isOver && _walk.Current.Entry is { Kind: EntryKind.File } entry && entry.Path.AsSpan().SequenceEqual(path) ? _walk.Current : Reader.Find(path);
        return found is { Entry.Kind: EntryKind.File } ? found : throw new DamagedLayerException($"A layer lacks the file {LayerEntry.Shown(path)}, which its index names.");
    }

    public void Dispose()
    {
        _walk.Dispose();
        Reader.Dispose();
    }
}
