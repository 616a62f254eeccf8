namespace Strata.Layers.Erofs;

/// <summary>A list that grows without copying: a million entries never exist twice.</summary>
internal sealed class PagedList<T>
{
    private const int PageBits = 10; // of the longest items 72 KiB: no large object, which only a full collection would free
    private const int PageMask = (1 << PageBits) - 1;

    private readonly List<T[]> _pages = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _pages[index >> PageBits][index & PageMask];

    /// <summary>Its index.</summary>
    public int Add(T item)
    {
        if (Count >> PageBits == _pages.Count)
        {
            _pages.Add(GC.AllocateUninitializedArray<T>(1 << PageBits));
        }

        this[Count] = item;
        return Count++;
    }
}
