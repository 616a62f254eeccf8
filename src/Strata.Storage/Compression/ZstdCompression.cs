using System.Runtime.InteropServices;

namespace Strata.Storage.Compression;

/// <summary>Compresses one buffer after another, each to a frame by itself. The same bytes give the same frame. For one thread at a time.</summary>
public sealed unsafe class ZstdCompression : SafeHandle
{
    /// <summary>400 MB/s a core; <see cref="SmallerLevel"/> is half as fast for a few percent.</summary>
    public const int FastLevel = 1;

    /// <summary>zstd's own default.</summary>
    public const int SmallerLevel = 3;

    private readonly int _level;

    /// <exception cref="DllNotFoundException">libzstd.so.1 is not installed (package libzstd1).</exception>
    public ZstdCompression(int level)
        : base(0, ownsHandle: true)
    {
        _level = level;
        SetHandle(Zstd.NewCompression());
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Fits any frame of so many bytes.</summary>
    public static int BoundOf(int length) => length + (length >> 8) + (64 << 10); // above ZSTD_COMPRESSBOUND

    /// <returns>False: it does not fit into the target, or there is no memory.</returns>
    public bool TryCompress(ReadOnlySpan<byte> plain, Span<byte> target, out int written)
    {
        fixed (byte* from = plain, to = target)
        {
            var result = Zstd.Compress(handle, to, (nuint)target.Length, from, (nuint)plain.Length, _level);
            written = Zstd.IsError(result) == 0 ? (int)result : 0;
            return written > 0;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = Zstd.FreeCompression(handle);
        return true;
    }
}
