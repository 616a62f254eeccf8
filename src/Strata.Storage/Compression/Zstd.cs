using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling] // calls are compiled ahead: none costs a stub at start

namespace Strata.Storage.Compression;

/// <summary>The system's libzstd (zstd.h, stable part): the program's only binding to it.</summary>
internal static unsafe partial class Zstd
{
    private const string Library = "libzstd.so.1";

    public static nint NewCompression() => Made(CreateCompression());

    public static nint NewDecompression() => Made(CreateDecompression());

    public static string Error(nuint result) => Marshal.PtrToStringUTF8(ErrorName(result)) ?? "unknown error";

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompression(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    public static partial nuint Compress(nint context, byte* target, nuint targetSize, byte* source, nuint sourceSize, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    public static partial nuint Decompress(nint context, byte* target, nuint targetSize, byte* source, nuint sourceSize);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint DecompressStream(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    public static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial nint CreateCompression();

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateDecompression();

    private static nint Made(nint context) => context != 0 ? context : throw new InvalidOperationException("libzstd could not make a context: no memory.");

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer.</summary>
    public struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
