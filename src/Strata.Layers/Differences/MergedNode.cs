using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

internal sealed class MergedNode(MergedEntry shown)
{
    private Dictionary<byte[], MergedNode>? _children;
    private List<KeyValuePair<byte[], MergedNode>>? _sorted;

    public MergedEntry Shown { get; set; } = shown;

    public MergedNode? Find(ReadOnlySpan<byte> name) =>
        _children is not null && _children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var child) ? child : null;

    public void Set(ReadOnlySpan<byte> name, MergedNode? child)
    {
        _sorted = null;
        if (child is not null)
        {
            (_children ??= new(NameComparer.Instance)).GetAlternateLookup<ReadOnlySpan<byte>>()[name] = child;
        }
        else
        {
            _children?.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(name);
        }
    }

    /// <summary>In the order of the bytes of their names. Not while others change or list it.</summary>
    public IReadOnlyList<KeyValuePair<byte[], MergedNode>> Children()
    {
        if (_sorted is null)
        {
            _sorted = _children is null ? [] : [.. _children];
            _sorted.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        }

        return _sorted;
    }

    public void Clear() => (_children, _sorted) = (null, null);
}
