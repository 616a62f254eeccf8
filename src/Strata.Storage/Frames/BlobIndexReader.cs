using Strata.Storage.Blobs;
using Strata.Storage.Keys;

namespace Strata.Storage.Frames;

internal static class BlobIndexReader
{
    public static async Task<BlobIndex> ReadAsync(
        IBlobStore store, string objectKey, BlobKey key, IndexPlace place, Retry retry, CancellationToken cancellationToken)
    {
        if (place.Offset < 0 || place.StoredLength is <= FrameSeal.Overhead or > BlobIndex.StoredLengthMax)
        {
            throw Damaged(store, objectKey, "its index cannot be where it is said to be");
        }

        var stored = new byte[place.StoredLength];
        for (var attempt = 1; ; attempt++)
        {
            var read = await retry.RunAsync((_, stop) => store.ReadAsync(objectKey, place.Offset, stored, stop), cancellationToken).ConfigureAwait(false);
            if (read == stored.Length && TryOpen(key, stored, place.Offset) is { } index)
            {
                return index;
            }

            if (attempt == 2) // the first time it may have been the transfer
            {
                throw Damaged(store, objectKey, "its index is not what was stored, or its key is another");
            }
        }
    }

    private static BlobIndex? TryOpen(BlobKey key, byte[] stored, long offset)
    {
        var content = new byte[stored.Length - FrameSeal.Overhead];
        using var seal = new FrameSeal(key);
        if (!seal.TryOpen(BlobIndex.BindingOf(content.Length), stored, content))
        {
            return null;
        }

        try
        {
            var index = BlobIndex.Decode(content);
            return index.StoredLength == offset ? index : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null; // sealed with the right key: of another version
        }
    }

    private static BlobStoreException Damaged(IBlobStore store, string objectKey, string why) =>
        new(BlobFault.Damaged, $"{store.Description}: {objectKey} is damaged: {why}.");
}
