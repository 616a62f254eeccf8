using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Strata.Cli.Storage;

/// <param name="Strays">Objects that no record knew, removed.</param>
internal sealed record StorageCollectResult(string Storage, int UploadsEnded, int BlobsRemoved, long BytesFreed, int Strays, int BlobsKept);

internal sealed record StorageVerifyResult(string Storage, int Blobs, long BytesRead, IReadOnlyList<StorageProblemResult> Problems);

internal sealed record StorageProblemResult(string Org, string Digest, string Owner, string Problem);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StorageCollectResult))]
[JsonSerializable(typeof(StorageVerifyResult))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    public static void Print<T>(T result, JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
}
