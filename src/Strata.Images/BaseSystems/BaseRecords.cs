using System.Text.Json;
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

/// <summary>Which layer a key stands for: <c>bases/KEY-HEX.json</c>, replaced in one rename. Anything unreadable is a miss. Saved while a lease is held.</summary>
internal sealed class BaseRecords(string dataDirectory)
{
    private readonly string _root = Path.Combine(dataDirectory, "bases");

    public BaseRecord? Find(Digest key)
    {
        try
        {
            var record = JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(key)), BaseRecordJson.Default.BaseRecord);
            return record is { Format: BaseRecord.CurrentFormat } ? record : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Save(Digest key, Digest layer, string? stamp)
    {
        Directory.CreateDirectory(_root);
        var temporary = $"{PathOf(key)}.{Guid.NewGuid():n}";
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, new BaseRecord(BaseRecord.CurrentFormat, layer.ToString(), stamp), BaseRecordJson.Default.BaseRecord);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, PathOf(key), overwrite: true);
    }

    /// <summary>Where the lock of a key's builder is.</summary>
    public string LockPath(Digest key)
    {
        Directory.CreateDirectory(_root);
        return Path.Combine(_root, $"{key.Hex}.lock");
    }

    private string PathOf(Digest key) => Path.Combine(_root, $"{key.Hex}.json");
}
