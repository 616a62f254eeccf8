using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core;

namespace Strata.Images.Registries;

/// <summary>An image of a registry as it is kept.</summary>
/// <param name="Layers">Digests of stored layers, bottom first.</param>
internal sealed record PulledImage(
    string Format, IReadOnlyList<string> Layers, IReadOnlyDictionary<string, string> Env, string? WorkingDirectory, string? User,
    IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Command)
{
    public const string CurrentFormat = "strata.pulled/1";
}

/// <param name="Digest">What the reference named when a registry was last asked.</param>
internal sealed record LastKnown(string Format, string Digest)
{
    public const string CurrentFormat = "strata.tag/1";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PulledImage))]
[JsonSerializable(typeof(LastKnown))]
[JsonSerializable(typeof(string))]
internal sealed partial class PulledJson : JsonSerializerContext;

/// <summary>
/// What is known of registries' images, <c>images/KEY-HEX.json</c>, each replaced in one rename: manifest → layers and configuration, diff ID → layer,
/// reference → manifest. Anything unreadable is a miss.
/// </summary>
internal sealed class PulledImages(string dataDirectory)
{
    private readonly string _root = Path.Combine(dataDirectory, "images");

    public PulledImage? Find(Digest manifest) =>
        Read(KeyOf("manifest", manifest.ToString()), PulledJson.Default.PulledImage) is { Format: PulledImage.CurrentFormat } image ? image : null;

    public void Save(Digest manifest, PulledImage image) => Write(KeyOf("manifest", manifest.ToString()), image, PulledJson.Default.PulledImage);

    public Digest? FindLayer(Digest diffId) =>
        Digest.TryParse(Read(KeyOf("layer", diffId.ToString()), PulledJson.Default.String), null, out var layer) ? layer : null;

    public void SaveLayer(Digest diffId, Digest layer) => Write(KeyOf("layer", diffId.ToString()), layer.ToString(), PulledJson.Default.String);

    public Digest? FindLastKnown(string reference) =>
        Read(KeyOf("tag", reference), PulledJson.Default.LastKnown) is { Format: LastKnown.CurrentFormat } known && Digest.TryParse(known.Digest, null, out var digest)
            ? digest
            : null;

    public void SaveLastKnown(string reference, Digest digest) =>
        Write(KeyOf("tag", reference), new(LastKnown.CurrentFormat, digest.ToString()), PulledJson.Default.LastKnown);

    /// <summary>Where the lock of who pulls a manifest is.</summary>
    public string LockPath(Digest manifest)
    {
        Directory.CreateDirectory(_root);
        return Path.Combine(_root, $"{manifest.Hex}.lock");
    }

    /// <summary>The platform is part of it: an index means another image on another machine that shares the directory.</summary>
    private static Digest KeyOf(string kind, string name) => Digest.Of(Encoding.UTF8.GetBytes($"strata.images/1\0{kind}\0{name}\0{ImageDigest.Platform}"));

    private T? Read<T>(Digest key, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(key)), type);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private void Write<T>(Digest key, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        Directory.CreateDirectory(_root);
        var temporary = $"{PathOf(key)}.{Guid.NewGuid():n}";
        using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, value, type);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, PathOf(key), overwrite: true);
    }

    private string PathOf(Digest key) => Path.Combine(_root, $"{key.Hex}.json");
}
