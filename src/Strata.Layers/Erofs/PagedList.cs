namespace Strata.Layers.Erofs;

/// <summary>A list that grows without copying: a million entries never exist twice.</summary>
internal sealed class PagedList<T>
    where T : unmanaged
{
    private const int PageBits = 10; // of the longest items 72 KiB: no large object, which only a full collection would free
    private const int PageMask = (1 << PageBits) - 1;

    /// <summary>Of a long list the collector would keep several times as much as it holds: it copies pages from generation to generation. Later ones stay where they are.</summary>
    private const int MovedMax = 64;

    private readonly List<T[]> _pages = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _pages[index >> PageBits][index & PageMask];

    /// <summary>Its index.</summary>
    public int Add(T item)
    {
        if (Count >> PageBits == _pages.Count)
        {
            _pages.Add(GC.AllocateUninitializedArray<T>(1 << PageBits, pinned: _pages.Count >= MovedMax));
        }

        this[Count] = item;
        return Count++;
    }
}
