using System.Runtime.InteropServices;

namespace Strata.Storage.Compression;

/// <summary>Decompresses, a buffer or a stream. For one thread at a time. Frames that need a window over 128 MiB are refused.</summary>
public sealed unsafe class ZstdDecompression : SafeHandle
{
    /// <exception cref="DllNotFoundException">libzstd.so.1 is not installed (package libzstd1).</exception>
    public ZstdDecompression()
        : base(0, ownsHandle: true) => SetHandle(Zstd.NewDecompression());

    public override bool IsInvalid => handle == 0;

    /// <summary>A whole frame that becomes exactly so long.</summary>
    /// <returns>False: damaged, or of another length.</returns>
    public bool TryDecompress(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        fixed (byte* from = stored, to = plain)
        {
            var result = Zstd.Decompress(handle, to, (nuint)plain.Length, from, (nuint)stored.Length);
            return Zstd.IsError(result) == 0 && result == (nuint)plain.Length;
        }
    }

    /// <summary>Goes on with a stream: as much as fits.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">Damaged.</exception>
    public int Continue(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out bool atFrameEnd)
    {
        fixed (byte* source = input, target = output)
        {
            var from = new Zstd.Buffer { Start = source, Size = (nuint)input.Length };
            var to = new Zstd.Buffer { Start = target, Size = (nuint)output.Length };
            var result = Zstd.DecompressStream(handle, &to, &from);
            if (Zstd.IsError(result) != 0)
            {
                throw new InvalidDataException($"The zstd stream is damaged: {Zstd.Error(result)}.");
            }

            consumed = (int)from.Position;
            atFrameEnd = result == 0;
            return (int)to.Position;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = Zstd.FreeDecompression(handle);
        return true;
    }
}
