using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Erofs;
using Strata.Layers.Store;
using Strata.Storage;

namespace Strata.Layers.Remote;

/// <summary>
/// A layer as one blob, under the digest of its image:
/// <code>
/// image      contents first, then names, times and owners: the stable part is what lies before those
/// index      the side index, if the layer has one
/// trailer    magic 8 · length of the image 8 · length of the index 8, little-endian
/// </code>
/// </summary>
internal static class LayerBlob
{
    public const int TrailerSize = 24;

    private static ReadOnlySpan<byte> Magic => "STRLAYR1"u8;

    /// <summary>Reads from the lease's files, and from an index that is opened here: dispose the result before the lease.</summary>
    public static OpenLayerBlob Open(LayerLease layer)
    {
        var index = layer.IndexPath is { } path ? File.OpenHandle(path) : null;
        try
        {
            var indexLength = index is null ? 0 : RandomAccess.GetLength(index);
            return new(layer.Image, layer.SizeBytes, index, indexLength, Trailer(layer.SizeBytes, indexLength), StableLength(layer), layer.Digest);
        }
        catch
        {
            index?.Dispose();
            throw;
        }
    }

    /// <returns>Lengths of image and index; null: it is no layer.</returns>
    public static (long Image, long Index)? ReadTrailer(ReadOnlySpan<byte> trailer, long blobLength)
    {
        if (trailer.Length != TrailerSize || !trailer.StartsWith(Magic))
        {
            return null;
        }

        var image = BinaryPrimitives.ReadInt64LittleEndian(trailer[8..]);
        var index = BinaryPrimitives.ReadInt64LittleEndian(trailer[16..]);
        return image > 0 && index >= 0 && image <= blobLength && index <= blobLength && image + index + TrailerSize == blobLength ? (image, index) : null;
    }

    private static byte[] Trailer(long image, long index)
    {
        var trailer = new byte[TrailerSize];
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(8), image);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(16), index);
        return trailer;
    }

    /// <summary>Only to send less again: an image that is none (tests store any bytes) has no stable part.</summary>
    private static long StableLength(LayerLease layer)
    {
        Span<byte> head = stackalloc byte[ErofsFormat.SuperblockAt + 128];
        if (RandomAccess.Read(layer.Image, head, 0) < head.Length || BinaryPrimitives.ReadUInt32LittleEndian(head[ErofsFormat.SuperblockAt..]) != ErofsFormat.Magic)
        {
            return 0;
        }

        var metadata = (long)BinaryPrimitives.ReadUInt32LittleEndian(head[(ErofsFormat.SuperblockAt + 40)..]) << ErofsFormat.BlockBits;
        return metadata <= layer.SizeBytes ? metadata : 0;
    }
}

/// <summary>Image, index and trailer as one run of bytes. For concurrent reading.</summary>
internal sealed class OpenLayerBlob(
    SafeFileHandle image, long imageLength, SafeFileHandle? index, long indexLength, byte[] trailer, long stableLength, Core.Digest digest) : IDisposable
{
    public BlobSource Source => new(digest, imageLength + indexLength + trailer.Length, stableLength, ReadAsync);

    public void Dispose() => index?.Dispose();

    private async ValueTask ReadAsync(long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        while (into.Length > 0)
        {
            int count;
            if (offset < imageLength)
            {
                count = await RandomAccess.ReadAsync(image, Limited(into, imageLength - offset), offset, cancellationToken).ConfigureAwait(false);
            }
            else if (offset - imageLength < indexLength)
            {
                count = await RandomAccess.ReadAsync(index!, Limited(into, imageLength + indexLength - offset), offset - imageLength, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var rest = trailer.AsMemory((int)(offset - imageLength - indexLength));
                count = Math.Min(rest.Length, into.Length);
                rest[..count].CopyTo(into);
            }

            if (count == 0)
            {
                throw new IOException($"The layer {digest.Short} ended at byte {offset}.");
            }

            offset += count;
            into = into[count..];
        }
    }

    private static Memory<byte> Limited(Memory<byte> into, long length) => into.Length <= length ? into : into[..(int)length];
}
