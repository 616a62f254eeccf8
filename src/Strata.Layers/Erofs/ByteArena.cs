namespace Strata.Layers.Erofs;

/// <summary>Many short byte strings, kept one after another. A string never crosses a page.</summary>
internal sealed class ByteArena
{
    private const int PageBits = 16;
    private const int PageSize = 1 << PageBits;
    private const int MovedMax = 16;

    private readonly List<byte[]> _pages = [];
    private int _used = PageSize;

    /// <param name="bytes">At most 64 KiB.</param>
    /// <returns>Where it starts: see <see cref="Get(uint, int)"/>.</returns>
    public uint Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length, out var start));
        return start;
    }

    /// <summary>With its length before it: three bytes less than a number beside where it starts would take.</summary>
    /// <param name="bytes">At most 255.</param>
    /// <returns>Where it starts: see <see cref="Get(uint)"/>.</returns>
    public uint AddShort(ReadOnlySpan<byte> bytes)
    {
        var room = Room(1 + bytes.Length, out var start);
        room[0] = checked((byte)bytes.Length);
        bytes.CopyTo(room[1..]);
        return start;
    }

    public ReadOnlySpan<byte> Get(uint start)
    {
        var (page, at) = (_pages[(int)(start >> PageBits)], (int)(start & (PageSize - 1)));
        return page.AsSpan(at + 1, page[at]);
    }

    public ReadOnlySpan<byte> Get(uint start, int length) => _pages[(int)(start >> PageBits)].AsSpan((int)(start & (PageSize - 1)), length);

    private Span<byte> Room(int length, out uint start)
    {
        if (length > PageSize - _used)
        {
            if (_pages.Count == 1 << PageBits)
            {
                throw new HostileArchiveException("The names of the tree take more than 4 GiB.", ArchiveFault.TooLarge);
            }

            _pages.Add(GC.AllocateUninitializedArray<byte>(PageSize, pinned: _pages.Count >= MovedMax)); // as in PagedList
            _used = 0;
        }

        start = ((uint)(_pages.Count - 1) << PageBits) | (uint)_used;
        _used += length;
        return _pages[^1].AsSpan(_used - length, length);
    }
}
