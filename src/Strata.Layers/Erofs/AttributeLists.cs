using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>The attribute lists of a tree, each kept once: most files that have any have the same.</summary>
internal sealed class AttributeLists
{
    private static readonly Xattr Opaque = new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray());

    private readonly List<IReadOnlyList<Xattr>> _lists = [[]];
    private readonly Dictionary<IReadOnlyList<Xattr>, int> _indexes = new(ListComparer.Instance);

    /// <exception cref="HostileArchiveException">EROFS has no place for it.</exception>
    public int Add(IReadOnlyList<Xattr> attributes)
    {
        if (attributes.Count == 0)
        {
            return 0;
        }

        var sorted = Sorted(attributes);
        if (_indexes.TryGetValue(sorted, out var index))
        {
            return index;
        }

        _ = AttributeEncoding.SizeOf(sorted);
        _indexes.Add(sorted, _lists.Count);
        _lists.Add(sorted);
        return _lists.Count - 1;
    }

    public IReadOnlyList<Xattr> Get(int index, bool opaque) =>
        opaque && !_lists[index].Any(static a => a.Name.AsSpan().SequenceEqual(Opaque.Name)) ? Sorted([.. _lists[index], Opaque]) : _lists[index];

    /// <summary>As a tree has them.</summary>
    /// <exception cref="HostileArchiveException">One comes twice.</exception>
    public static IReadOnlyList<Xattr> Sorted(IReadOnlyList<Xattr> attributes)
    {
        if (attributes.Count < 2)
        {
            return attributes;
        }

        var sorted = new List<Xattr>(attributes);
        sorted.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].Name.AsSpan().SequenceEqual(sorted[i - 1].Name))
            {
                throw new HostileArchiveException($"The attribute {PosixPath.Show(sorted[i].Name)} comes twice.", ArchiveFault.Unsafe);
            }
        }

        return sorted;
    }

    private sealed class ListComparer : IEqualityComparer<IReadOnlyList<Xattr>>
    {
        public static ListComparer Instance { get; } = new();

        public bool Equals(IReadOnlyList<Xattr>? x, IReadOnlyList<Xattr>? y)
        {
            if (x is null || y is null || x.Count != y.Count)
            {
                return x is null && y is null;
            }

            for (var i = 0; i < x.Count; i++)
            {
                if (!x[i].Name.AsSpan().SequenceEqual(y[i].Name) || !x[i].Value.AsSpan().SequenceEqual(y[i].Value))
                {
                    return false;
                }
            }

            return true;
        }

        public int GetHashCode(IReadOnlyList<Xattr> list)
        {
            var hash = default(HashCode);
            foreach (var attribute in list)
            {
                hash.AddBytes(attribute.Name);
                hash.AddBytes(attribute.Value);
            }

            return hash.ToHashCode();
        }
    }
}
