using System.Runtime.InteropServices;

namespace Strata.Layers.Compression;

/// <summary>One buffer, one frame: the simple part of libzstd (zstd.h).</summary>
internal static unsafe partial class ZstdFrames
{
    private const string Library = "libzstd.so.1";
    private const int Level = 3; // zstd's own default

    /// <summary>Fits any result for so many bytes.</summary>
    public static int BoundOf(int length) => length + (length >> 8) + (64 << 10); // above ZSTD_COMPRESSBOUND

    /// <returns>Bytes written.</returns>
    /// <exception cref="DllNotFoundException">libzstd.so.1 is not installed (package libzstd1).</exception>
    public static int Compress(ReadOnlySpan<byte> plain, Span<byte> target)
    {
        fixed (byte* from = plain, to = target)
        {
            var result = CompressFrame(to, (nuint)target.Length, from, (nuint)plain.Length, Level);
            return IsError(result) == 0 ? (int)result : throw new InvalidOperationException("libzstd could not compress: no memory.");
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    private static partial nuint CompressFrame(byte* target, nuint targetSize, byte* source, nuint sourceSize, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);
}
