using System.Text;
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
/// What is known of registries' images, below <c>images/</c>: manifest → layers and configuration, diff ID → layer,
/// reference → manifest.
/// </summary>
internal sealed class PulledImages(string dataDirectory)
{
    private readonly RecordFiles _files = new(Path.Combine(dataDirectory, "images"));

    public PulledImage? Find(Digest manifest) =>
        _files.Find(KeyOf("manifest", manifest.ToString()), PulledJson.Default.PulledImage) is { Format: PulledImage.CurrentFormat } image ? image : null;

    public void Save(Digest manifest, PulledImage image) => _files.Save(KeyOf("manifest", manifest.ToString()), image, PulledJson.Default.PulledImage);

    public Digest? FindLayer(Digest diffId) =>
        Digest.TryParse(_files.Find(KeyOf("layer", diffId.ToString()), PulledJson.Default.String), null, out var layer) ? layer : null;

    public void SaveLayer(Digest diffId, Digest layer) => _files.Save(KeyOf("layer", diffId.ToString()), layer.ToString(), PulledJson.Default.String);

    public Digest? FindLastKnown(string reference) =>
        _files.Find(KeyOf("tag", reference), PulledJson.Default.LastKnown) is { Format: LastKnown.CurrentFormat } known && Digest.TryParse(known.Digest, null, out var digest)
            ? digest
            : null;

    public void SaveLastKnown(string reference, Digest digest) =>
        _files.Save(KeyOf("tag", reference), new LastKnown(LastKnown.CurrentFormat, digest.ToString()), PulledJson.Default.LastKnown);

    /// <summary>Where the lock of who pulls a manifest is.</summary>
    public string LockPath(Digest manifest) => _files.LockPath(manifest);

    /// <summary>The platform is part of it: an index means another image on another machine that shares the directory.</summary>
    private static Digest KeyOf(string kind, string name) => Digest.Of(Encoding.UTF8.GetBytes($"strata.images/1\0{kind}\0{name}\0{ImageDigest.Platform}"));
}
