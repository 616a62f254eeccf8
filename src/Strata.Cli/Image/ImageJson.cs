using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Strata.Core;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <param name="Built">What definitions of the workflow here were built to.</param>
internal sealed record ImageListResult(IReadOnlyList<ImageResult> Images, IReadOnlyList<BuiltImageResult> Built, long TotalBytes);

/// <param name="Digest">Of the whole image; null: not all of it is there, or its layers are of different builds.</param>
internal sealed record BuiltImageResult(
    string Definition, string Scope, string? Digest, long SizeBytes, DateTimeOffset CreatedAt, DateTimeOffset LastUsed, bool Complete, IReadOnlyList<BuiltStepResult> Steps, IReadOnlyList<string> UsedBy)
{
    public static BuiltImageResult Of(BuiltImage image, Digest? digest, IReadOnlyList<string> usedBy) => new(
        image.Definition, image.Scope.ToString(), digest?.ToString(), image.SizeBytes, image.CreatedAt, image.LastUsed, image.IsComplete,
        [.. image.Steps.Select(step => new BuiltStepResult(
            step.Record.Step, step.Record.Key.ToString(), step.Record.Layer.ToString(), step.Record.SizeBytes, step.IsPresent, step.Record.CreatedAt, step.Record.LastUsedAt,
            (long)step.Record.BuildDuration.TotalMilliseconds, step.Record.Shareable, step.Record.Producer.RunId, JsonNode.Parse(step.Record.Manifest)))], usedBy);
}

/// <param name="Step">From 0.</param>
/// <param name="Producer">The run that built it.</param>
/// <param name="Inputs">What the key is the hash of.</param>
internal sealed record BuiltStepResult(
    int Step, string Key, string Digest, long SizeBytes, bool Present, DateTimeOffset CreatedAt, DateTimeOffset LastUsed, long BuildMs, bool Shareable, string Producer, JsonNode? Inputs);

/// <param name="Kind">pulled, imported, base-system or rootfs.</param>
/// <param name="UsedBy">Definitions, jobs and pins of the workflow here.</param>
/// <param name="Complete">False: a layer is gone, and is fetched or made again when needed.</param>
internal sealed record ImageResult(
    string Name, string Kind, IReadOnlyList<string> References, string Org, string Digest, string? Manifest, IReadOnlyList<ImageLayerResult> Layers,
    long SizeBytes, DateTimeOffset? CreatedAt, DateTimeOffset? LastUsed, bool Complete, IReadOnlyList<string> Packages,
    IReadOnlyDictionary<string, string> Releases, ImageConfigResult Config, IReadOnlyList<string> UsedBy)
{
    public static ImageResult Of(KeptImage image, IReadOnlyList<string> usedBy) => new(
        image.Name, Word(image.Kind), image.References, image.Org, image.Digest.ToString(), image.Manifest?.ToString(),
        [.. image.Layers.Select(layer => new ImageLayerResult(layer.Digest.ToString(), layer.SizeBytes, layer.LastUsed))],
        image.SizeBytes, image.CreatedAt, image.LastUsed, image.IsComplete, image.Packages, image.Releases,
        new(image.Config.Environment, image.Config.WorkingDirectory, image.Config.User, image.Config.Entrypoint, image.Config.Command), usedBy);

    public static string Word(KeptKind kind) => kind switch
    {
        KeptKind.Pulled => "pulled",
        KeptKind.Imported => "imported",
        KeptKind.BaseSystem => "base-system",
        _ => "rootfs",
    };
}

/// <param name="SizeBytes">Null: it is gone.</param>
internal sealed record ImageLayerResult(string Digest, long? SizeBytes, DateTimeOffset? LastUsed);

internal sealed record ImageConfigResult(
    IReadOnlyDictionary<string, string> Env, string? WorkingDirectory, string? User, IReadOnlyList<string>? Entrypoint, IReadOnlyList<string>? Cmd);

internal sealed record PullResult(IReadOnlyList<PulledResult> Images);

internal sealed record PulledResult(string Name, string Digest, string? Manifest, IReadOnlyList<PulledLayerResult> Layers);

/// <param name="Outcome">reused, built or pulled.</param>
internal sealed record PulledLayerResult(string Digest, string Outcome, long SizeBytes);

internal sealed record BuildResult(IReadOnlyList<BuiltResult> Images);

/// <param name="Status">success or failure.</param>
/// <param name="Digest">Null: it failed, or was verified only because another image stands on it; then there are no layers either.</param>
/// <param name="Verified">With --verify: each layer that was built again.</param>
internal sealed record BuiltResult(
    string Name, string Status, string? Digest, IReadOnlyList<BuiltLayerResult> Layers, IReadOnlyList<VerifiedLayerResult> Verified);

/// <param name="Key">Null: it came with the base.</param>
/// <param name="Outcome">reused, built or pulled.</param>
internal sealed record BuiltLayerResult(string? Key, string Digest, string Outcome, long DurationMs, long SizeBytes);

/// <param name="Step">From 0.</param>
/// <param name="Differences">Names that differ, and how; empty when both digests are the same.</param>
internal sealed record VerifiedLayerResult(int Step, string Title, string First, string Second, IReadOnlyList<string> Differences);

internal sealed record ImportResult(string Name, string Manifest, int Layers, long SizeBytes);

internal sealed record ExportResult(string Name, string File, string Format, string Manifest, long SizeBytes);

internal sealed record PushResult(string Name, string Destination, string Manifest, int Sent, long SentBytes, int Present);

internal sealed record PruneResult(bool DryRun, long BytesFreed, IReadOnlyList<PrunedResult> Items);

/// <param name="Kind">built-layer, image or layer.</param>
/// <param name="Removed">With --dry-run: would be.</param>
internal sealed record PrunedResult(string Kind, string Name, long SizeBytes, DateTimeOffset? LastUsed, bool Removed, string Reason);

internal sealed record RemoveResult(IReadOnlyList<RemovedResult> Removed, long BytesFreed);

internal sealed record RemovedResult(string Name, IReadOnlyList<string> References, bool ImageGone, int Layers, long BytesFreed);

/// <param name="Outdated">Whether a pin is not what its reference names now (with --check: nothing was written).</param>
internal sealed record UpdateResult(string File, bool Outdated, bool Written, IReadOnlyList<PinChange> Pins);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ImageListResult))]
[JsonSerializable(typeof(PullResult))]
[JsonSerializable(typeof(BuildResult))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(ExportResult))]
[JsonSerializable(typeof(PushResult))]
[JsonSerializable(typeof(PruneResult))]
[JsonSerializable(typeof(RemoveResult))]
[JsonSerializable(typeof(UpdateResult))]
internal sealed partial class ImageJson : JsonSerializerContext
{
    public static void Print<T>(T result, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
}
