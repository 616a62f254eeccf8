using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core;
using Strata.Core.Json;
using Strata.Core.Identity;
using Strata.Layers.Store;

namespace Strata.Images.Registries;

/// <summary>An image of a registry or an archive as it is kept.</summary>
/// <param name="Manifest">Digest of what the reference named: a manifest, or an index.</param>
/// <param name="Org">Whose it is; <c>_public</c>: it was pulled without credentials.</param>
/// <param name="Layers">Digests of stored layers, bottom first; each lies with <paramref name="Org"/> or is public.</param>
internal sealed record PulledImage(
    string Format, string Manifest, string Org, IReadOnlyList<string> Layers, IReadOnlyDictionary<string, string> Env, string? WorkingDirectory, string? User,
    IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Command)
{
    public const string CurrentFormat = "strata.pulled/2";

    /// <summary>Under which it came.</summary>
    public string? Reference { get; init; }

    public DateTimeOffset? At { get; init; }

    /// <summary>linux/amd64.</summary>
    public string? Platform { get; init; }

    /// <returns>Null: of another format.</returns>
    /// <exception cref="JsonException">Damaged.</exception>
    public static PulledImage? Read(JsonRecord record) => record.Text("format") != CurrentFormat ? null
        : new(
            CurrentFormat, Required(record.Text("manifest")), Required(record.Text("org")), Required(record.Texts("layers")), Required(record.TextsByName("env")),
            record.Text("workingDirectory"), record.Text("user"), record.Texts("entrypoint"), record.Texts("command"))
        {
            Reference = record.Text("reference"),
            At = record.Time("at"),
            Platform = record.Text("platform"),
        };

    private static T Required<T>(T? value)
        where T : class => value ?? throw new JsonException("The record is not whole.");
}

/// <summary>The image's own config, for handing it on; apart, because a run does not need it.</summary>
internal sealed record KeptConfig(string Format, string Json)
{
    public const string CurrentFormat = "strata.image-config/1";
}

/// <param name="Digest">What the reference named when a registry was last asked, by this repository at this trust.</param>
internal sealed record LastKnown(string Format, string Reference, string Digest, string Organization, string Repository, Trust Trust, DateTimeOffset At)
{
    public const string CurrentFormat = "strata.tag/2";
}

/// <summary>A reference that means an image of an archive on this host; no registry is asked for it.</summary>
internal sealed record ImportedName(string Format, string Reference, string Org, string Manifest, DateTimeOffset At)
{
    public const string CurrentFormat = "strata.imported/1";

    /// <returns>Null: of another format.</returns>
    /// <exception cref="JsonException">Damaged.</exception>
    public static ImportedName? Read(JsonRecord record) => record.Text("format") != CurrentFormat ? null
        : record.Text("reference") is { } reference && record.Text("org") is { } org && record.Text("manifest") is { } manifest && record.Time("at") is { } at
            ? new(CurrentFormat, reference, org, manifest, at)
            : throw new JsonException("The record is not whole.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PulledImage))]
[JsonSerializable(typeof(KeptConfig))]
[JsonSerializable(typeof(LastKnown))]
[JsonSerializable(typeof(ImportedName))]
[JsonSerializable(typeof(string))]
internal sealed partial class PulledJson : JsonSerializerContext;

/// <summary>
/// What is known of registries' and archives' images, below <c>images/</c>: manifest → layers and configuration, diff ID or chain ID → layer, reference → manifest.
/// What credentials were needed for is kept under its organization's name, and nobody else finds it there.
/// </summary>
internal sealed class PulledImages(string dataDirectory)
{
    private readonly RecordFiles _files = new(Path.Combine(dataDirectory, "images"));

    public PulledImage? Find(LayerOrg org, Digest manifest) =>
        _files.Find(KeyOf("manifest", org.Name, manifest.ToString()), PulledImage.Read);

    public void Save(LayerOrg org, Digest manifest, PulledImage image, ReadOnlyMemory<byte> config)
    {
        _files.Save(KeyOf("config", org.Name, manifest.ToString()), new(KeptConfig.CurrentFormat, Encoding.UTF8.GetString(config.Span)), PulledJson.Default.KeptConfig);
        _files.Save(KeyOf("manifest", org.Name, manifest.ToString()), image, PulledJson.Default.PulledImage);
    }

    public byte[]? FindConfig(LayerOrg org, Digest manifest) =>
        _files.Find(KeyOf("config", org.Name, manifest.ToString()), PulledJson.Default.KeptConfig) is { Format: KeptConfig.CurrentFormat } kept
            ? Encoding.UTF8.GetBytes(kept.Json)
            : null;

    public void Remove(LayerOrg org, Digest manifest)
    {
        _files.Remove(KeyOf("manifest", org.Name, manifest.ToString()));
        _files.Remove(KeyOf("config", org.Name, manifest.ToString()));
    }

    public IEnumerable<PulledImage> List() => _files.List(PulledImage.CurrentFormat, PulledJson.Default.PulledImage).Select(found => found.Record);

    /// <summary>A layer that is the same whatever is below it.</summary>
    public Digest? FindLayer(LayerOrg org, Digest diffId) => FindLayer(KeyOf("whole-layer", org.Name, diffId.ToString()));

    public void SaveLayer(LayerOrg org, Digest diffId, Digest layer) => SaveLayer(KeyOf("whole-layer", org.Name, diffId.ToString()), layer);

    /// <summary>A layer that took something from those below it.</summary>
    /// <param name="chainId">Of the layer and all below it.</param>
    public Digest? FindStackedLayer(LayerOrg org, Digest chainId) => FindLayer(KeyOf("layer-on-others", org.Name, chainId.ToString()));

    public void SaveStackedLayer(LayerOrg org, Digest chainId, Digest layer) => SaveLayer(KeyOf("layer-on-others", org.Name, chainId.ToString()), layer);

    /// <summary>The newest answer that a run of this repository with the same trust or a higher one got.</summary>
    public Digest? FindLastKnown(ImageOwner owner, string reference)
    {
        LastKnown? newest = null;
        for (var trust = owner.Trust; trust <= Trust.Protected; trust++)
        {
            if (_files.Find(KeyOfTag(owner with { Trust = trust }, reference), PulledJson.Default.LastKnown) is { Format: LastKnown.CurrentFormat } known
                && (newest is null || known.At > newest.At))
            {
                newest = known;
            }
        }

        return Digest.TryParse(newest?.Digest, null, out var digest) ? digest : null;
    }

    public void SaveLastKnown(ImageOwner owner, string reference, Digest digest, DateTimeOffset at) => _files.Save(
        KeyOfTag(owner, reference),
        new(LastKnown.CurrentFormat, reference, digest.ToString(), owner.Organization, owner.Repository, owner.Trust, at),
        PulledJson.Default.LastKnown);

    public IEnumerable<(Digest Key, LastKnown Tag)> ListTags() => _files.List(LastKnown.CurrentFormat, PulledJson.Default.LastKnown);

    public ImportedName? FindImported(LayerOrg org, string reference) =>
        _files.Find(KeyOf("imported", org.Name, reference), ImportedName.Read);

    public void SaveImported(LayerOrg org, ImportedName name) => _files.Save(KeyOf("imported", org.Name, name.Reference), name, PulledJson.Default.ImportedName);

    public IEnumerable<(Digest Key, ImportedName Name)> ListImported() => _files.List(ImportedName.CurrentFormat, PulledJson.Default.ImportedName);

    /// <summary>A name: of a tag or of an import.</summary>
    public void RemoveName(Digest key) => _files.Remove(key);

    /// <summary>Where the lock of who pulls a manifest is.</summary>
    public string LockPath(Digest manifest) => _files.LockPath(manifest);

    private Digest? FindLayer(Digest key) => Digest.TryParse(_files.Find(key, PulledJson.Default.String), null, out var layer) ? layer : null;

    private void SaveLayer(Digest key, Digest layer) => _files.Save(key, layer.ToString(), PulledJson.Default.String);

    private static Digest KeyOfTag(ImageOwner owner, string reference) =>
        KeyOf("tag", owner.Organization, $"{owner.Repository}\0{owner.Trust}\0{reference}");

    /// <summary>The platform is part of it: an index means another image on another machine that shares the directory.</summary>
    private static Digest KeyOf(string kind, string org, string name) =>
        Digest.Of(Encoding.UTF8.GetBytes($"strata.images/2\0{kind}\0{org}\0{name}\0{ImageDigest.Platform}"));
}
