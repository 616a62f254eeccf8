using System.Security.Cryptography;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>Compares what a store says it has with what was recorded of it.</summary>
internal static class StoredObjectCheck
{
    private const int HexLength = 2 * MD5.HashSizeInBytes;

    /// <returns>Numbers of the parts that the store does not have, or not as they were sent.</returns>
    public static IReadOnlyList<int> Differences(IReadOnlyList<PartRow> recorded, IReadOnlyList<StoredPart> listed)
    {
        var stored = listed.ToDictionary(static p => p.Number);
        return [.. recorded.Where(part => !stored.TryGetValue(part.Number, out var there) || there != part.Stored).Select(static part => part.Number)];
    }

    /// <summary>Whether the object is made of these parts, as far as its size and ETag tell.</summary>
    public static bool Is(IReadOnlyList<PartRow> recorded, BlobHead head) => head.SizeBytes == SizeOf(recorded) && (ETagOf(recorded) is not { } expected || head.ETag == expected);

    /// <summary>The same of an object that was put at once.</summary>
    public static bool IsPut(PartRow recorded, BlobHead head) => head.SizeBytes == recorded.StoredBytes && head.ETag == recorded.Md5;

    public static long SizeOf(IReadOnlyList<PartRow> recorded) => recorded.Sum(static p => p.StoredBytes);

    /// <returns>Null: the store names its parts otherwise than by their MD5 (encryption with keys of its own), so it tells nothing.</returns>
    private static string? ETagOf(IReadOnlyList<PartRow> recorded)
    {
        var hashes = new byte[recorded.Count * MD5.HashSizeInBytes];
        for (var i = 0; i < recorded.Count; i++)
        {
            if (recorded[i].ETag != recorded[i].Md5 || recorded[i].Md5.Length != HexLength)
            {
                return null;
            }

            _ = Convert.FromHexString(recorded[i].Md5, hashes.AsSpan(i * MD5.HashSizeInBytes), out _, out _);
        }

        return $"{PartHash.Md5(hashes)}-{recorded.Count}";
    }
}
