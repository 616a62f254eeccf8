using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strata.Oci.Documents;

// The documents as they are written: member names and order are the specification's. Only this folder sees them.

internal sealed record WirePlatform(
    [property: JsonPropertyName("architecture")] string? Architecture,
    [property: JsonPropertyName("os")] string? Os,
    [property: JsonPropertyName("variant")] string? Variant);

internal sealed record WireDescriptor(
    [property: JsonPropertyName("mediaType")] string? MediaType,
    [property: JsonPropertyName("digest")] string? Digest,
    [property: JsonPropertyName("size")] long? Size,
    [property: JsonPropertyName("platform")] WirePlatform? Platform,
    [property: JsonPropertyName("annotations")] SortedDictionary<string, string?>? Annotations);

/// <summary>A manifest or an index: one shape, since only its content tells which, and both at once must be noticed.</summary>
internal sealed record WireManifest(
    [property: JsonPropertyName("schemaVersion")] int? SchemaVersion,
    [property: JsonPropertyName("mediaType")] string? MediaType,
    [property: JsonPropertyName("config")] WireDescriptor? Config,
    [property: JsonPropertyName("layers")] IReadOnlyList<WireDescriptor?>? Layers,
    [property: JsonPropertyName("manifests")] IReadOnlyList<WireDescriptor?>? Manifests,
    [property: JsonPropertyName("annotations")] SortedDictionary<string, string?>? Annotations);

internal sealed record WireEmpty;

internal sealed record WireRunConfig(
    [property: JsonPropertyName("User")] string? User,
    [property: JsonPropertyName("ExposedPorts")] SortedDictionary<string, WireEmpty?>? ExposedPorts,
    [property: JsonPropertyName("Env")] IReadOnlyList<string?>? Env,
    [property: JsonPropertyName("Entrypoint")] IReadOnlyList<string?>? Entrypoint,
    [property: JsonPropertyName("Cmd")] IReadOnlyList<string?>? Cmd,
    [property: JsonPropertyName("Volumes")] SortedDictionary<string, WireEmpty?>? Volumes,
    [property: JsonPropertyName("WorkingDir")] string? WorkingDir,
    [property: JsonPropertyName("Labels")] SortedDictionary<string, string?>? Labels,
    [property: JsonPropertyName("StopSignal")] string? StopSignal,
    [property: JsonPropertyName("Shell")] IReadOnlyList<string?>? Shell);

internal sealed record WireRootFs(
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("diff_ids")] IReadOnlyList<string?>? DiffIds);

internal sealed record WireHistory(
    [property: JsonPropertyName("created")] string? Created,
    [property: JsonPropertyName("created_by")] string? CreatedBy,
    [property: JsonPropertyName("comment")] string? Comment,
    [property: JsonPropertyName("empty_layer")] bool? EmptyLayer);

internal sealed record WireConfig(
    [property: JsonPropertyName("created")] string? Created,
    [property: JsonPropertyName("author")] string? Author,
    [property: JsonPropertyName("architecture")] string? Architecture,
    [property: JsonPropertyName("variant")] string? Variant,
    [property: JsonPropertyName("os")] string? Os,
    [property: JsonPropertyName("config")] WireRunConfig? Config,
    [property: JsonPropertyName("rootfs")] WireRootFs? RootFs,
    [property: JsonPropertyName("history")] IReadOnlyList<WireHistory?>? History);

[JsonSerializable(typeof(WireManifest))]
[JsonSerializable(typeof(WireConfig))]
internal sealed partial class WireJson : JsonSerializerContext
{
    private const int DepthMax = 32;

    /// <summary>A member twice is refused: readers differ in which one counts.</summary>
    public static WireJson Strict { get; } = new(new JsonSerializerOptions
    {
        MaxDepth = DepthMax,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
