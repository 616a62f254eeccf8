using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Strata.Cli.Storage;

/// <param name="Strays">Objects that no record knew, removed.</param>
internal sealed record StorageCollectResult(string Storage, int UploadsEnded, int BlobsRemoved, long BytesFreed, int Strays, int BlobsKept);

/// <param name="SuccessRate">0 to 1; null: nothing was uploaded yet.</param>
internal sealed record StorageStatsResult(
    string Storage, long Stored, long Present, long Failed, double? SuccessRate, long BytesSent, long Retries, long PartsResumed, long UploadsReaped);

internal sealed record StorageVerifyResult(string Storage, int Blobs, long BytesRead, IReadOnlyList<StorageProblemResult> Problems);

internal sealed record StorageProblemResult(string Org, string Digest, string Owner, string Problem);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StorageCollectResult))]
[JsonSerializable(typeof(StorageVerifyResult))]
[JsonSerializable(typeof(StorageStatsResult))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    public static void Print<T>(T result, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
}
