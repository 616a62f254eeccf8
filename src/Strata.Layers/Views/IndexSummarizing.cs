using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Store;
using Strata.Layers.Tar;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <param name="Newest">Time of what is no directory.</param>
/// <param name="VisibleBytes">Of the files that are shown.</param>
/// <param name="TotalBytes">Of all files, hidden ones included.</param>
/// <param name="Names">That are shown, without the root.</param>
internal readonly record struct IndexSummary(Digest Tree, Timestamp Newest, long VisibleBytes, long TotalBytes, long Names);

/// <summary>
/// What a stack of layers shows, from their indexes alone: no inode and no directory of an image is read, and no name becomes an object. For the plain case, which most
/// sources and restored trees are: no layer removes what another has, or has a directory where another has none, and nothing has two names.
/// </summary>
internal sealed class IndexSummarizing : IDisposable
{
    private readonly IndexCursor[] _layers; // bottom first
    private readonly bool[] _isAtEnd;
    private readonly long[] _stated; // names of each
    private readonly long[] _entries; // that were read
    private readonly SelectionFilter _filter;
    private readonly TreeRecordHasher _hasher = new();
    private readonly Stack<Frame> _above = new(); // directories that lead to the current name
    private byte[] _before = []; // the path before the current one
    private int _beforeLength = -1;
    private int _hidden; // how many of the directories above, the innermost, are not shown yet
    private Timestamp _newest;
    private long _visibleBytes, _totalBytes, _names;

    private IndexSummarizing(IReadOnlyList<LayerIndex> layers, ViewSelection selection)
    {
        (_isAtEnd, _entries, _filter) = (new bool[layers.Count], new long[layers.Count], new(selection));
        (_layers, _stated) = ([.. layers.Select(static layer => layer.Names())], [.. layers.Select(static layer => layer.EntryCount)]);
    }

    /// <summary>What <see cref="ViewSummarizing"/> computes.</summary>
    /// <returns>Null: it is not that plain.</returns>
    /// <exception cref="DamagedLayerException">An index makes no sense.</exception>
    /// <exception cref="IOException">An index cannot be read.</exception>
    public static TreeSummary? TryCompute(ViewRequest request, CancellationToken cancellationToken)
    {
        if (request.Parts is not [{ Below: [], Prefix: [], StandsAlone: false, Layers: { Count: > 0 } layers } part])
        {
            return null;
        }

        var indexes = new LayerIndex[layers.Count];
        for (var i = 0; i < indexes.Length; i++)
        {
            if (layers[i].IndexPath is not { } path)
            {
                return null;
            }

            indexes[i] = LayerIndex.Open(path);
        }

        return TryCompute(indexes, part.Selection, cancellationToken) is { } summary ? new(summary.Tree, summary.Newest) : null;
    }

    /// <param name="layers">Bottom first.</param>
    /// <returns>Null: it is not that plain.</returns>
    /// <exception cref="DamagedLayerException">An index makes no sense.</exception>
    public static IndexSummary? TryCompute(IReadOnlyList<LayerIndex> layers, ViewSelection selection, CancellationToken cancellationToken)
    {
        using var summarizing = new IndexSummarizing(layers, selection);
        return summarizing.TryCompute(cancellationToken);
    }

    public void Dispose() => _hasher.Dispose();

    private IndexSummary? TryCompute(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            Advance(i);
            if (_isAtEnd[i] || !_layers[i].Path.IsEmpty)
            {
                throw IndexCursor.Damaged("it does not begin with its root");
            }
        }

        while (TryFindNext(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (next is null || !TryAdd(next))
            {
                return null;
            }

            Remember(next.Path);
            for (var i = 0; i < _layers.Length; i++)
            {
                if (!_isAtEnd[i] && _layers[i].Path.SequenceEqual(_before.AsSpan(0, _beforeLength)))
                {
                    Advance(i);
                }
            }
        }

        for (var i = 0; i < _layers.Length; i++)
        {
            if (_entries[i] != _stated[i])
            {
                throw IndexCursor.Damaged($"it holds {_entries[i]} names, not {_stated[i]} as it states");
            }
        }

        return _beforeLength < 0 ? null : new(_hasher.Finish(), _newest, _visibleBytes, _totalBytes, _names);
    }

    private void Advance(int layer)
    {
        _isAtEnd[layer] = !_layers[layer].Next();
        _entries[layer] += _isAtEnd[layer] ? 0 : 1;
        _totalBytes += !_isAtEnd[layer] && _layers[layer].Kind is EntryKind.File ? _layers[layer].Size : 0;
    }

    /// <param name="next">Null: one layer has a directory where another has something else, or hides what others have in it.</param>
    /// <returns>False at the end.</returns>
    private bool TryFindNext(out IndexCursor? next)
    {
        (next, var isTorn) = (null, false);
        for (var i = 0; i < _layers.Length; i++)
        {
            if (_isAtEnd[i])
            {
                continue;
            }

            var order = next is null ? -1 : PathOrder.Compare(_layers[i].Path, next.Path);
            isTorn = order switch
            {
                0 => isTorn || next!.Kind is EntryKind.Directory != _layers[i].Kind is EntryKind.Directory || HidesBelow(_layers[i]),
                < 0 => HidesBelow(_layers[i]),
                _ => isTorn,
            };
            next = order <= 0 ? _layers[i] : next; // of those at one path the topmost
        }

        var isThere = next is not null;
        next = isTorn ? null : next;
        return isThere;
    }

    /// <summary>Whether it has a mark, be it that of a directory that hides those of layers below.</summary>
    private bool HidesBelow(IndexCursor name) =>
        _layers.Length > 1 && name.Attributes() is { Count: > 0 } attributes && AttributePolicy.WithoutMarks(attributes).Count < attributes.Count;

    private bool TryAdd(IndexCursor name)
    {
        var path = name.Path;
        var isDirectory = name.Kind is EntryKind.Directory;
        if (name.Kind is not (EntryKind.File or EntryKind.Directory or EntryKind.Symlink or EntryKind.Fifo) || !TryEnterParent(path, isDirectory))
        {
            return false;
        }

        var selected = _above.Count == 0 ? _filter.Root : _above.Peek().Selected;
        if (_above.Count > 0 && selected is not Selected.No && _filter.Asks(selected))
        {
            selected = _filter.Of(path, isDirectory, selected);
        }

        var attributes = AttributePolicy.WithoutMarks(name.Attributes()); // an index has them in order
        if (isDirectory)
        {
            _above.Push(new(path.Length, selected, name.Mode, attributes));
            _hidden++;
        }

        if (selected is Selected.No || (isDirectory && selected is Selected.Perhaps))
        {
            return true;
        }

        ShowAbove(path);
        if (!isDirectory)
        {
            AddName(name, attributes);
        }

        return true;
    }

    /// <returns>False: there is no such directory, or the names are not in order.</returns>
    private bool TryEnterParent(ReadOnlySpan<byte> path, bool isDirectory)
    {
        if (_beforeLength < 0)
        {
            return path.IsEmpty && isDirectory;
        }

        if (path.IsEmpty || PathOrder.Compare(_before.AsSpan(0, _beforeLength), path) >= 0)
        {
            return false;
        }

        var parent = Math.Max(path.LastIndexOf((byte)'/'), 0);
        while (_above.Peek().Length > parent)
        {
            _above.Pop();
            _hidden = Math.Max(0, _hidden - 1); // they are the innermost
        }

        return _above.Peek().Length == parent && _above.Count <= EntryPath.DepthMax && IsBelowBefore(path[..parent]);
    }

    /// <summary>Whether the path before lies in the directory, or is it: as all directories above do.</summary>
    private bool IsBelowBefore(ReadOnlySpan<byte> directory) =>
        directory.IsEmpty || (_before.AsSpan(0, _beforeLength).StartsWith(directory) && (_beforeLength == directory.Length || _before[directory.Length] == (byte)'/'));

    /// <summary>Directories that are shown because something in them is come right before that.</summary>
    private void ShowAbove(ReadOnlySpan<byte> path)
    {
        if (_hidden == 0)
        {
            return;
        }

        foreach (var frame in _above.Take(_hidden).Reverse())
        {
            _hasher.Add(new()
            {
                Kind = EntryKind.Directory,
                Path = path[..frame.Length],
                Mode = frame.Mode,
                User = 0,
                Group = 0,
                Modified = default,
                Attributes = frame.Attributes,
            });
        }

        _names += _beforeLength < 0 ? _hidden - 1 : _hidden;
        _hidden = 0;
    }

    private void AddName(IndexCursor name, IReadOnlyList<Xattr> attributes)
    {
        var isFile = name.Kind is EntryKind.File;
        _hasher.Add(new()
        {
            Kind = name.Kind,
            Path = name.Path,
            Mode = name.Kind is EntryKind.Symlink ? ViewTree.LinkMode : name.Mode,
            User = 0,
            Group = 0,
            Modified = name.Modified,
            Size = isFile ? name.Size : 0,
            Content = isFile ? name.Content : default,
            Link = name.Kind is EntryKind.Symlink ? name.Link : [],
            Attributes = attributes,
        });
        _newest = name.Modified > _newest ? name.Modified : _newest;
        _visibleBytes += isFile ? name.Size : 0;
        _names++;
    }

    private void Remember(ReadOnlySpan<byte> path)
    {
        if (_before.Length < path.Length)
        {
            Array.Resize(ref _before, Math.Max(256, path.Length * 2));
        }

        path.CopyTo(_before);
        _beforeLength = path.Length;
    }

    private readonly record struct Frame(int Length, Selected Selected, uint Mode, IReadOnlyList<Xattr> Attributes);
}
