using System.Buffers;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Storage.Compression;

namespace Strata.Storage.Frames;

/// <summary>Frames from plain bytes and back, with the memory that takes. For one thread at a time; reused for many frames.</summary>
internal sealed class FrameCodec : IDisposable
{
    private readonly ZstdCompression _compression = Needed(() => new ZstdCompression(ZstdCompression.FastLevel));
    private readonly ZstdDecompression _decompression = Needed(() => new ZstdDecompression());
    private readonly byte[] _between = ArrayPool<byte>.Shared.Rent(PartSealer.FrameSize);

    /// <summary>A frame's worth of plain bytes.</summary>
    public byte[] Plain { get; } = ArrayPool<byte>.Shared.Rent(PartSealer.FrameSize);

    /// <param name="stored">Room for the content and <see cref="FrameSeal.Overhead"/>.</param>
    public Frame Seal(FrameSeal seal, int part, int position, ReadOnlySpan<byte> plain, Span<byte> stored)
    {
        // Less than 1/16 saved is not worth the time of each reader.
        var isCompressed = _compression.TryCompress(plain, _between.AsSpan(0, plain.Length - (plain.Length / 16)), out var length);
        var content = isCompressed ? _between.AsSpan(0, length) : plain;
        seal.Seal(new(part, position, plain.Length, isCompressed), content, stored[..(content.Length + FrameSeal.Overhead)]);
        return new(plain.Length, content.Length + FrameSeal.Overhead, isCompressed, Digest.Of(plain));
    }

    /// <param name="plain">As long as the frame's plain bytes.</param>
    /// <returns>False: what is stored is not this frame.</returns>
    public bool TryOpen(FrameSeal seal, Frame frame, int part, int position, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        var binding = new FrameBinding(part, position, frame.PlainLength, frame.IsCompressed);
        var content = frame.IsCompressed ? _between.AsSpan(0, frame.StoredLength - FrameSeal.Overhead) : plain;
        return seal.TryOpen(binding, stored, content)
            && (!frame.IsCompressed || _decompression.TryDecompress(content, plain))
            && Digest.Of(plain) == frame.Digest;
    }

    public void Dispose()
    {
        _compression.Dispose();
        _decompression.Dispose();
        ArrayPool<byte>.Shared.Return(_between);
        ArrayPool<byte>.Shared.Return(Plain);
    }

    private static T Needed<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (DllNotFoundException e)
        {
            throw new EnvironmentException(StorageDiagnostics.NoZstd(), e);
        }
    }
}
