using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Views;

/// <summary>
/// What a part shows, name by name in path order: the directories of its prefix, then what is selected of its stack. A directory that is only shown because
/// something in it is comes right before that.
/// </summary>
internal sealed class PartWalk : IDisposable
{
    private readonly ViewPart _part;
    private readonly List<ViewLayer> _layers = [];
    private readonly SelectionFilter _filter;
    private readonly List<PartFrame> _frames = []; // from the part's root
    private readonly PathBuffer _view; // the current name's path in the view
    private readonly PathBuffer _stack; // and in the layers
    private readonly PathBuffer _selection = new([]); // and from the part's root
    private ViewName _currentName;
    private ViewName _held; // found below directories that are not shown yet
    private bool _isHeld;
    private int _currentLength; // of the current name's path
    private int _shown; // how many of the frames are
    private int _prefixAt; // how much of the prefix was shown; -1: all
    private int _current; // how many frames the current name's directory has, itself included if it is one

    public PartWalk(ViewPart part)
    {
        _part = part;
        _filter = new(part.Selection);
        _view = new(Checked(part.Prefix));
        _stack = new(Checked(part.Below));
        try
        {
            foreach (var layer in part.Layers)
            {
                _layers.Add(new(layer));
                if (part.StandsAlone && _layers[^1].Devices.Count > 1)
                {
                    throw new DamagedLayerException($"The layer {layer.Digest.Short} refers to other layers, which only a view of this host may.");
                }
            }

            if (_layers.Count > 0 && StackDirectory.Root(_layers).Find(part.Below) is { } root)
            {
                _frames.Add(new(root, _filter.Root, part.Prefix.Length, part.Below.Length, 0));
                _prefixAt = part.Prefix.Length == 0 ? -1 : 0;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<ViewLayer> Layers => _layers;

    public ref readonly ViewName Current => ref _currentName;

    /// <summary>Of the current name, in the view.</summary>
    public ReadOnlySpan<byte> Path => _view.Path[.._currentLength];

    /// <summary>Of the current name, in the layers; not for directories.</summary>
    public ReadOnlySpan<byte> PathInStack => _stack.Path;

    public bool Next()
    {
        if (_frames.Count == 0)
        {
            return false;
        }

        if (_prefixAt >= 0)
        {
            return NextOfPrefix();
        }

        if (_shown == 0)
        {
            return ShowFrame();
        }

        if (!_isHeld && !Find())
        {
            return false;
        }

        if (_shown < _frames.Count - (_held.IsDirectory ? 1 : 0))
        {
            return ShowFrame();
        }

        _isHeld = false;
        _currentName = _held;
        _currentLength = _view.Length;
        _current = _shown = _frames.Count; // all its directories are shown, and itself
        return true;
    }

    /// <summary>Goes on after what lies in the current directory.</summary>
    public void SkipBelow()
    {
        if (!Current.IsDirectory)
        {
            return;
        }

        if (Current.Layer is null)
        {
            _frames.Clear();
            return;
        }

        _frames.RemoveRange(_current - 1, _frames.Count - _current + 1);
        _shown = _frames.Count;
        _isHeld = false;
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }
    }

    private static byte[] Checked(byte[] path) => EntryPath.Normalise(path, path, "path").Length == path.Length
        ? path
        : throw new ArgumentException($"{PosixPath.Show(path)} is not a path of a tree: it has empty components or '.'.", nameof(path));

    /// <summary>The view's root, then one component after the other but for the last, which is the part's root.</summary>
    private bool NextOfPrefix()
    {
        _currentLength = _prefixAt;
        _currentName = new(null, 0, default, []);
        var rest = _part.Prefix.AsSpan(_prefixAt == 0 ? 0 : _prefixAt + 1);
        var end = rest.IndexOf((byte)'/');
        _prefixAt = end < 0 ? -1 : _part.Prefix.Length - rest.Length + end;
        return true;
    }

    private bool ShowFrame()
    {
        var frame = _frames[_shown++];
        ref readonly var top = ref frame.Directory.Top;
        _currentName = new(top.Layer, top.Nid, top.Inode, top.Attributes);
        _currentLength = frame.ViewLength; // what is held lies below, so its path begins so
        _current = _shown;
        return true;
    }

    /// <summary>The next name that is shown for its own sake. False: there is none.</summary>
    private bool Find()
    {
        while (_frames.Count > 0)
        {
            var frame = _frames[^1];
            if (frame.NextName(_view) is not { } name)
            {
                _frames.RemoveAt(_frames.Count - 1);
                _shown = Math.Min(_shown, _frames.Count);
                continue;
            }

            if (name.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice)
            {
                continue; // whiteouts are resolved by now, and no other device is for a job
            }

            var selected = frame.Selected;
            if (_filter.Asks(selected))
            {
                _selection.Set(frame.SelectionLength, name.Name.Span);
                selected = _filter.Of(_selection.Path, name.Kind is EntryKind.Directory, selected);
                if (selected is Selected.No)
                {
                    continue;
                }
            }

            _view.Set(frame.ViewLength, name.Name.Span);
            _stack.Set(frame.StackLength, name.Name.Span);
            if (name.Directory is { } directory)
            {
                Enter(directory, selected);
                if (selected is Selected.Perhaps)
                {
                    continue;
                }

                ref readonly var top = ref directory.Top;
                _held = new(top.Layer, top.Nid, top.Inode, top.Attributes);
            }
            else
            {
                _held = new(name.Layer, name.Nid, name.Layer.Read(name.Nid, name.Kind, _stack.Path), []);
            }

            return _isHeld = true;
        }

        return false;
    }

    private void Enter(StackDirectory directory, Selected selected)
    {
        if (_frames.Count > EntryPath.DepthMax)
        {
            throw new DamagedLayerException($"{PosixPath.Show(_stack.Path)}: directories are nested deeper than {EntryPath.DepthMax}.", LayerFault.TooLarge);
        }

        _frames.Add(new(directory, selected, _view.Length, _stack.Length, _selection.Length));
    }
}
