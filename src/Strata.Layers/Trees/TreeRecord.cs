using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core;

namespace Strata.Layers.Trees;

/// <summary>What <c>tree.json</c> beside a stored tree says, so that finding one reads one small file.</summary>
internal sealed record TreeRecord(
    string Format, string TreeDigest, long SizeBytes, long EntryCount, long DevicesDropped, long AttributesDropped)
{
    public const string CurrentFormat = "strata.stored-tree/1";
    public const string FileName = "tree.json";
    public const string ContentName = "fs";

    public static TreeRecord Of(TreeDigests digests, long devicesDropped, long attributesDropped) =>
        new(CurrentFormat, digests.Tree.ToString(), digests.SizeBytes, digests.EntryCount, devicesDropped, attributesDropped);

    public void Write(string directory) =>
        File.WriteAllBytes(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, TreeRecordJson.Default.TreeRecord));

    /// <summary>Null when absent, or not written by this version: then the tree is imported again.</summary>
    public static StoredTree? Read(string directory, Digest digest)
    {
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(directory, FileName));
            return JsonSerializer.Deserialize(bytes, TreeRecordJson.Default.TreeRecord) is { Format: CurrentFormat } record
                && Digest.TryParse(record.TreeDigest, null, out var tree)
                ? new(digest, Path.Combine(directory, ContentName), record.SizeBytes, record.EntryCount)
                {
                    TreeDigest = tree,
                    DevicesDropped = record.DevicesDropped,
                    AttributesDropped = record.AttributesDropped,
                }
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TreeRecord))]
internal sealed partial class TreeRecordJson : JsonSerializerContext;
