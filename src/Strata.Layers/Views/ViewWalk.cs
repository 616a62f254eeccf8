using Strata.Layers.Entries;

namespace Strata.Layers.Views;

/// <summary>All parts together, in path order, each path once: <see cref="ViewRequest"/> says which part counts.</summary>
internal sealed class ViewWalk : IDisposable
{
    private readonly List<PartWalk> _parts = [];
    private readonly bool[] _isAtEnd;
    private readonly List<int> _lowest = []; // parts that stand on the current path, first to last

    public ViewWalk(IReadOnlyList<ViewPart> parts)
    {
        _isAtEnd = new bool[parts.Count];
        try
        {
            foreach (var part in parts)
            {
                _parts.Add(new(part));
                _lowest.Add(_lowest.Count); // to be moved to their first name
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<PartWalk> Parts => _parts;

    /// <summary>The part that stands on the name that is shown.</summary>
    public int Part { get; private set; }

    public bool Next()
    {
        foreach (var part in _lowest)
        {
            _isAtEnd[part] = !_parts[part].Next();
        }

        _lowest.Clear();
        for (var i = 0; i < _parts.Count; i++)
        {
            if (_isAtEnd[i])
            {
                continue;
            }

            var order = _lowest.Count == 0 ? 0 : PathOrder.Compare(_parts[i].Path, _parts[_lowest[0]].Path);
            if (order < 0)
            {
                _lowest.Clear();
            }

            if (order <= 0)
            {
                _lowest.Add(i);
            }
        }

        if (_lowest.Count == 0)
        {
            return false;
        }

        Part = _lowest[^1];
        if (_lowest.Count > 1)
        {
            Choose();
        }

        return true;
    }

    public void Dispose() => _parts.ForEach(static p => p.Dispose());

    /// <summary>The last part counts. Under a directory are those before it, down to the first that has something else there: that and what is before it is hidden.</summary>
    private void Choose()
    {
        var isHidden = false;
        var isShownByPart = false; // not only leading to a prefix
        for (var i = _lowest.Count - 1; i >= 0; i--)
        {
            var walk = _parts[_lowest[i]];
            if (isHidden || (i < _lowest.Count - 1 && !walk.Current.IsDirectory))
            {
                isHidden = true;
                walk.SkipBelow();
                continue;
            }

            if (!walk.Current.IsDirectory)
            {
                isHidden = true; // it is the last: all before it are
            }
            else if (!isShownByPart && walk.Current.Layer is not null)
            {
                isShownByPart = true;
                Part = _lowest[i];
            }
        }
    }
}
