using Strata.Core;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;
using Strata.Storage.Keys;
using Strata.Storage.Uploads;

namespace Strata.Storage.Tests.Frames;

/// <summary>A blob as it is stored: parts, then the index.</summary>
internal sealed record SealedBlob(byte[] Plain, byte[] Stored, BlobIndex Index, IndexPlace Place, BlobKey Key)
{
    public static readonly Retry Retry = new(TimeProvider.System, new RetryPolicy(3, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)));

    public static async Task<SealedBlob> OfAsync(byte[] plain, int[] partLengths, int storedLengthMin = 0, BlobKey? key = null)
    {
        key ??= OrgKey.NewBlobKey();
        using var sealer = new PartSealer();
        using var stored = new MemoryStream();
        List<IndexedPart> parts = [];
        var offset = 0;
        foreach (var length in partLengths)
        {
            var piece = await sealer.SealAsync(key, parts.Count + 1, Reading(plain), offset, length, 0, default);
            var frames = FrameList.Decode(piece.Frames.Encode()); // as a record would give it back
            using var part = PreparedPart.Of([piece], storedLengthMin, sealer.Buffers, null);
            stored.Write(part.Stored.Span);
            parts.Add(new(frames, part.Stored.Length));
            offset += length;
        }

        offset.ShouldBe(plain.Length);
        var index = new BlobIndex(Digest.Of(plain), parts);
        var sealedIndex = PartSealer.SealIndex(key, index);
        stored.Write(sealedIndex);
        return new(plain, stored.ToArray(), index, new(index.StoredLength, sealedIndex.Length), key);
    }

    public static ReadPlain Reading(byte[] plain) => (offset, into, _) =>
    {
        plain.AsMemory((int)offset, into.Length).CopyTo(into);
        return ValueTask.CompletedTask;
    };

    public Task<BlobReader> OpenAsync(IBlobStore? store = null, BlobKey? key = null) =>
        BlobReader.OpenAsync(store ?? new MemoryStore(Stored), "org/blob", key ?? Key, Place, Retry, default);

    public static async Task<byte[]> CopyAsync(BlobReader reader)
    {
        var copy = new byte[reader.Length];
        var total = 0L;
        await reader.CopyToAsync(
            (offset, content, _) =>
            {
                content.CopyTo(copy.AsMemory((int)offset));
                Interlocked.Add(ref total, content.Length);
                return ValueTask.CompletedTask;
            },
            4, null, default);
        total.ShouldBe(reader.Length);
        return copy;
    }
}
