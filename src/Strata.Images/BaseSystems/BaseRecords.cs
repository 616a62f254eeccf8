using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core;
using Strata.Core.Json;

namespace Strata.Images.BaseSystems;

/// <param name="Layer">Digest of the stored layer.</param>
/// <param name="Stamp">Of the file it came from, or null.</param>
internal sealed record BaseRecord(string Format, string Layer, string? Stamp)
{
    public const string CurrentFormat = "strata.base/2";

    /// <summary>As a workflow writes it: <c>debootstrap:bookworm</c>, <c>rootfs:/srv/base.tar</c>. Null: made before this was kept.</summary>
    public string? From { get; init; }

    /// <summary>What was asked for, sorted.</summary>
    public IReadOnlyList<string>? Packages { get; init; }

    /// <summary>Whose layer; null: made before this was kept.</summary>
    public string? Org { get; init; }

    public DateTimeOffset? At { get; init; }

    /// <summary>Suite → digest of its InRelease, of all suites it was made from.</summary>
    public IReadOnlyDictionary<string, string>? Releases { get; init; }

    /// <summary>Builds before this one, newest first: a lock file may still mean one of them.</summary>
    public IReadOnlyList<EarlierBuild>? Earlier { get; init; }

    /// <returns>Null: of another format.</returns>
    /// <exception cref="JsonException">Damaged.</exception>
    public static BaseRecord? Read(JsonRecord record) => record.Text("format") != CurrentFormat || record.Text("layer") is not { } layer ? null
        : new(CurrentFormat, layer, record.Text("stamp"))
        {
            From = record.Text("from"),
            Packages = record.Texts("packages"),
            Org = record.Text("org"),
            At = record.Time("at"),
            Releases = record.TextsByName("releases"),
            Earlier = record.Records("earlier") is { } earlier ? [.. earlier.Select(EarlierBuild.Read)] : null,
        };
}

internal sealed record EarlierBuild(string Layer, DateTimeOffset? At, IReadOnlyDictionary<string, string>? Releases)
{
    /// <exception cref="JsonException">Damaged.</exception>
    public static EarlierBuild Read(JsonRecord build) =>
        new(build.Text("layer") ?? throw new JsonException("An earlier build has no layer."), build.Time("at"), build.TextsByName("releases"));
}

/// <summary>What is installed in a layer.</summary>
internal sealed record InstalledRecord(string Format, IReadOnlyList<string> Packages)
{
    public const string CurrentFormat = "strata.installed/1";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BaseRecord))]
[JsonSerializable(typeof(InstalledRecord))]
internal sealed partial class BaseRecordJson : JsonSerializerContext;

/// <summary>Which layer a key stands for, below <c>bases/</c>. Saved while a lease is held.</summary>
internal sealed class BaseRecords(string dataDirectory)
{
    private const int EarlierMax = 3;

    private readonly RecordFiles _files = new(Path.Combine(dataDirectory, "bases"));

    public BaseRecord? Find(Digest key) => _files.Find(key, BaseRecord.Read);

    /// <summary>What was recorded before stays known as an earlier build.</summary>
    public void Save(Digest key, BaseRecord record)
    {
        var earlier = Find(key) is { } old && old.Stamp is null
            ? ((IEnumerable<EarlierBuild>)[new(old.Layer, old.At, old.Releases), .. old.Earlier ?? []]).Where(b => b.Layer != record.Layer).Take(EarlierMax).ToList()
            : [];
        _files.Save(key, record with { Earlier = earlier.Count > 0 ? earlier : null }, BaseRecordJson.Default.BaseRecord);
    }

    public void Remove(Digest key) => _files.Remove(key);

    public IEnumerable<(Digest Key, BaseRecord Record)> List() => _files.List(BaseRecord.CurrentFormat, BaseRecordJson.Default.BaseRecord);

    /// <summary>Null: nobody has looked yet.</summary>
    public IReadOnlyList<string>? FindInstalled(Digest layer) =>
        _files.Find(KeyOfInstalled(layer), BaseRecordJson.Default.InstalledRecord) is { Format: InstalledRecord.CurrentFormat } record ? record.Packages : null;

    public void SaveInstalled(Digest layer, IReadOnlyList<string> packages) =>
        _files.Save(KeyOfInstalled(layer), new(InstalledRecord.CurrentFormat, packages), BaseRecordJson.Default.InstalledRecord);

    public void RemoveInstalled(Digest layer) => _files.Remove(KeyOfInstalled(layer));

    /// <summary>Where the lock of a key's builder is.</summary>
    public string LockPath(Digest key) => _files.LockPath(key);

    private static Digest KeyOfInstalled(Digest layer) => Digest.Of(Encoding.UTF8.GetBytes($"{InstalledRecord.CurrentFormat}\0{layer}"));
}
