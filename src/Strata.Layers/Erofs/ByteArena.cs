namespace Strata.Layers.Erofs;

/// <summary>Many short byte strings, kept one after another. A string never crosses a page.</summary>
internal sealed class ByteArena
{
    private const int PageBits = 16;
    private const int PageSize = 1 << PageBits;

    private readonly List<byte[]> _pages = [];
    private int _used = PageSize;

    /// <param name="bytes">At most 64 KiB.</param>
    /// <returns>Where it starts: see <see cref="Get"/>.</returns>
    public uint Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > PageSize - _used)
        {
            if (_pages.Count == 1 << PageBits)
            {
                throw new HostileArchiveException("The names of the tree take more than 4 GiB.", ArchiveFault.TooLarge);
            }

            _pages.Add(GC.AllocateUninitializedArray<byte>(PageSize));
            _used = 0;
        }

        var start = ((uint)(_pages.Count - 1) << PageBits) | (uint)_used;
        bytes.CopyTo(_pages[^1].AsSpan(_used));
        _used += bytes.Length;
        return start;
    }

    public ReadOnlySpan<byte> Get(uint start, int length) => _pages[(int)(start >> PageBits)].AsSpan((int)(start & (PageSize - 1)), length);
}
