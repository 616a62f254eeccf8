using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>
/// A name and what lies below it. Children that come in the order of their names, as those of one layer do, are only appended and found by bisection;
/// from the first that comes out of order on they are in a dictionary.
/// </summary>
internal sealed class MergedNode(MergedEntry shown)
{
    private List<KeyValuePair<byte[], MergedNode>>? _sorted;
    private Dictionary<byte[], MergedNode>? _byName;

    public MergedEntry Shown { get; set; } = shown;

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
            var order = name.SequenceCompareTo(_sorted![middle].Key);
            if (order == 0)
            {
                return _sorted[middle].Value;
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return null;
    }

    /// <param name="child">Null: the name is removed.</param>
    public void Set(ReadOnlySpan<byte> name, MergedNode? child)
    {
        if (_byName is null && (_sorted is null or [] || name.SequenceCompareTo(_sorted[^1].Key) > 0))
        {
            if (child is not null)
            {
                (_sorted ??= []).Add(new(name.ToArray(), child));
            }

            return;
        }

        _byName ??= new(_sorted!, NameComparer.Instance);
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
    public IReadOnlyList<KeyValuePair<byte[], MergedNode>> Children()
    {
        if (_sorted is null)
        {
            _sorted = _byName is null ? [] : [.. _byName];
            _sorted.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        }

        return _sorted;
    }

    public void Clear() => (_sorted, _byName) = (null, null);
}
