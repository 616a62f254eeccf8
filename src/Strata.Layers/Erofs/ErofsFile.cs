using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Strata.Layers.Erofs;

/// <summary>The bytes of an image. No offset is believed: outside is an exception, and what is claimed must fit the image once.</summary>
internal sealed class ErofsFile(SafeFileHandle file, bool ownsFile) : IDisposable
{
    private const int PageBits = 16;
    private const int PageSize = 1 << PageBits;
    private const int Pages = 64; // 4 MiB

    private readonly (long Page, byte[] Bytes)[] _pages = new (long, byte[])[Pages];
    private readonly long _length = RandomAccess.GetLength(file);
    private long _claimed;

    public long Length => _length;

    /// <summary>Things of a sound image do not overlap, so all of them together are not larger: else a small image could be read for ever.</summary>
    public void Claim(long bytes)
    {
        _claimed += bytes;
        if (bytes < 0 || bytes > _length || _claimed > _length)
        {
            throw new DamagedLayerException("The image is damaged: its parts overlap or lie outside.");
        }
    }

    public void ResetClaims() => _claimed = 0;

    /// <summary>Metadata: read in large pages that are kept.</summary>
    public void Read(long offset, Span<byte> target)
    {
        Check(offset, target.Length);
        while (!target.IsEmpty)
        {
            var page = Page(offset >> PageBits);
            var start = (int)(offset & (PageSize - 1));
            var count = Math.Min(target.Length, PageSize - start);
            page.AsSpan(start, count).CopyTo(target);
            target = target[count..];
            offset += count;
        }
    }

    /// <summary>Content: read where it is wanted.</summary>
    public void ReadContent(long offset, Span<byte> target)
    {
        Check(offset, target.Length);
        while (!target.IsEmpty)
        {
            var count = RandomAccess.Read(file, target, offset);
            if (count == 0)
            {
                throw new DamagedLayerException("The image was cut off while it was read.");
            }

            target = target[count..];
            offset += count;
        }
    }

    public void Dispose()
    {
        foreach (ref var page in _pages.AsSpan())
        {
            if (page.Bytes is { } bytes)
            {
                page = default;
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }

        if (ownsFile)
        {
            file.Dispose();
        }
    }

    private byte[] Page(long page)
    {
        ref var slot = ref _pages[page & (Pages - 1)];
        if (slot.Bytes is null || slot.Page != page)
        {
            slot.Bytes ??= ArrayPool<byte>.Shared.Rent(PageSize);
            slot.Page = -1; // if reading fails
            var length = (int)Math.Min(PageSize, _length - (page << PageBits));
            ReadContent(page << PageBits, slot.Bytes.AsSpan(0, length));
            slot.Page = page;
        }

        return slot.Bytes;
    }

    private void Check(long offset, int length)
    {
        if (offset < 0 || offset > _length - length)
        {
            throw new DamagedLayerException("The image is damaged: it refers to something outside of itself.");
        }
    }
}
