using Strata.Layers.Indexes;
using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>
/// A name and what lies below it. Children that come in the order of their names, as those of one layer do, are only appended and found by bisection;
/// from the first that comes out of order on they are in a dictionary.
/// </summary>
internal sealed class MergedNode(IndexEntry source, int layer)
{
    private List<MergedNode>? _sorted;
    private Dictionary<byte[], MergedNode>? _byName;
    private byte[]? _name;

    public IndexEntry Source => source;

    public int Layer => layer;

    /// <summary>Names with the same number are one file; 0: it has no other name.</summary>
    public int LinkGroup { get; set; }

    public ReadOnlySpan<byte> Name => _name ?? TreePath.NameOf(source.Entry.Path);

    /// <summary>Made when asked for: a large tree is looked at in few places.</summary>
    public MergedEntry Shown => new(source.Entry, source.Content, layer, source.Entry.Path, LinkGroup);

    /// <summary>Replaced by a directory of a higher layer, which keeps what is in this one.</summary>
    public MergedNode Under(IndexEntry directory, int higher) => new(directory, higher) { _sorted = _sorted, _byName = _byName };

    /// <summary>The same under another name.</summary>
    public MergedNode Named(byte[] name) => new(source, layer) { LinkGroup = LinkGroup, _sorted = _sorted, _byName = _byName, _name = name };

    /// <summary>The same with another child; this one stays as it is.</summary>
    /// <param name="child">Null: the name is not in it.</param>
    public MergedNode With(ReadOnlySpan<byte> name, MergedNode? child)
    {
        _ = Children();
        var copy = new MergedNode(source, layer) { LinkGroup = LinkGroup, _byName = ByName(), _name = _name };
        copy.Set(name, child);
        return copy;
    }

    public MergedNode? Find(ReadOnlySpan<byte> name)
    {
        if (_byName is not null)
        {
            return _byName.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var child) ? child : null;
        }

        var (low, high) = (0, (_sorted?.Count ?? 0) - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = name.SequenceCompareTo(_sorted![middle].Name);
            if (order == 0)
            {
                return _sorted[middle];
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return null;
    }

    /// <param name="child">Null: the name is removed.</param>
    public void Set(ReadOnlySpan<byte> name, MergedNode? child)
    {
        if (_byName is null && (_sorted is null or [] || name.SequenceCompareTo(_sorted[^1].Name) > 0))
        {
            if (child is not null)
            {
                (_sorted ??= []).Add(child);
            }

            return;
        }

        _byName ??= ByName();
        _sorted = null;
        var names = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (child is not null)
        {
            names[name] = child;
        }
        else
        {
            names.Remove(name);
        }
    }

    /// <summary>In the order of the bytes of their names. Not while others change or list it.</summary>
    public IReadOnlyList<MergedNode> Children()
    {
        if (_sorted is null)
        {
            _sorted = _byName is null ? [] : [.. _byName.Values];
            _sorted.Sort(static (a, b) => a.Name.SequenceCompareTo(b.Name));
        }

        return _sorted;
    }

    private Dictionary<byte[], MergedNode> ByName()
    {
        var names = new Dictionary<byte[], MergedNode>(_sorted!.Count + 1, NameComparer.Instance);
        foreach (var child in _sorted)
        {
            names.Add(child.Name.ToArray(), child);
        }

        return names;
    }
}
