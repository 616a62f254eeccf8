using System.Text.Json.Serialization;
using Strata.Core;

namespace Strata.Images.BaseSystems;

/// <param name="Layer">Digest of the stored layer.</param>
/// <param name="Stamp">Of the file it came from, or null.</param>
internal sealed record BaseRecord(string Format, string Layer, string? Stamp)
{
    public const string CurrentFormat = "strata.base/2";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BaseRecord))]
internal sealed partial class BaseRecordJson : JsonSerializerContext;

/// <summary>Which layer a key stands for, below <c>bases/</c>. Saved while a lease is held.</summary>
internal sealed class BaseRecords(string dataDirectory)
{
    private readonly RecordFiles _files = new(Path.Combine(dataDirectory, "bases"));

    public BaseRecord? Find(Digest key) =>
        _files.Find(key, BaseRecordJson.Default.BaseRecord) is { Format: BaseRecord.CurrentFormat } record ? record : null;

    public void Save(Digest key, Digest layer, string? stamp) =>
        _files.Save(key, new BaseRecord(BaseRecord.CurrentFormat, layer.ToString(), stamp), BaseRecordJson.Default.BaseRecord);

    /// <summary>Where the lock of a key's builder is.</summary>
    public string LockPath(Digest key) => _files.LockPath(key);
}
