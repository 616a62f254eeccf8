using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Artifacts.Records;
using Strata.Tenancy;
using Entry = Strata.Artifacts.Records.Artifact;

namespace Strata.Cli.Artifact;

/// <param name="RunId">Null: of several runs, or there is none.</param>
internal sealed record ArtifactListResult(string? RunId, IReadOnlyList<ArtifactResult> Artifacts, ArtifactUsage Usage);

/// <param name="Digest">Tree digest; null: it was never ready.</param>
/// <param name="History">Null where it was not asked for.</param>
internal sealed record ArtifactResult(
    string Name, string State, string? Reason, DateTimeOffset Since, Producer Producer, string Scope, string? Digest, long? SizeBytes, long? Files, IReadOnlyList<string>? Layers,
    DateTimeOffset CreatedAt, long RetentionMs, DateTimeOffset? ExpiresAt, string? PinnedBy, DateTimeOffset? PinnedAt, bool Shareable, IReadOnlyList<EventResult>? History)
{
    public static ArtifactResult Of(Entry artifact, IReadOnlyList<ArtifactEvent>? history) => new(
        artifact.Name, ArtifactTransitions.WordOf(artifact.State), artifact.Reason, artifact.StateSince, artifact.Producer, artifact.Scope.ToString(),
        artifact.Content?.Tree.ToString(), artifact.Content?.SizeBytes, artifact.Content?.Files, artifact.Content?.Layers.Select(layer => layer.ToString()).ToList(),
        artifact.CreatedAt, (long)artifact.Retention.TotalMilliseconds, artifact.ExpiresAt, artifact.Pin?.By, artifact.Pin?.At, artifact.Shareable,
        history?.Select(happened => new EventResult(happened.At, ArtifactTransitions.WordOf(happened.State), happened.Actor, happened.Reason)).ToList());
}

internal sealed record EventResult(DateTimeOffset At, string State, string Actor, string? Reason);

/// <param name="Format">directory, tar.zst, tar or zip.</param>
/// <param name="LeftOut">Special files.</param>
internal sealed record GetResult(string Name, string RunId, string Path, string Format, string Digest, long SizeBytes, long Files, long LeftOut);

internal sealed record ChangedResult(IReadOnlyList<ArtifactResult> Artifacts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ArtifactListResult))]
[JsonSerializable(typeof(ArtifactResult))]
[JsonSerializable(typeof(GetResult))]
[JsonSerializable(typeof(ChangedResult))]
internal sealed partial class ArtifactJson : JsonSerializerContext
{
    public static void Print<T>(T result, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
}
