namespace Strata.Layers.Erofs;

/// <summary>The extents of many files, most of which have one, kept one after another. Those of a file never cross a page.</summary>
internal sealed class ExtentArena
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;

    private readonly List<DataExtent[]> _pages = [];
    private int _used = PageSize;

    /// <returns>Where they start: see <see cref="Get"/>.</returns>
    public uint Add(ReadOnlySpan<DataExtent> extents)
    {
        if (extents.Length > PageSize - _used)
        {
            _pages.Add(new DataExtent[Math.Max(PageSize, extents.Length)]);
            _used = 0;
        }

        var start = ((uint)(_pages.Count - 1) << PageBits) | (uint)_used;
        extents.CopyTo(_pages[^1].AsSpan(_used));
        _used = Math.Min(_used + extents.Length, PageSize); // a longer page is full
        return start;
    }

    public Span<DataExtent> Get(uint start, int count) => _pages[(int)(start >> PageBits)].AsSpan((int)(start & (PageSize - 1)), count);
}
