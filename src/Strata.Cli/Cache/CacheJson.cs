using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Caching.Stats;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Cli.Cache;

internal sealed record EntryListResult(IReadOnlyList<EntryResult> Entries);

/// <param name="Kind">dependency or step.</param>
/// <param name="Inputs">What the key is made of.</param>
/// <param name="State">live, evicted, expired, quarantined or revoked.</param>
internal sealed record EntryResult(
    long Id, string Kind, string Name, string Type, string Key, string Scope, string Identity, string State, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset LastUsed,
    DateTimeOffset? RetiredAt, string? Ttl, string? MaxAge, long SizeBytes, long SpentMs, bool Shareable, ProducerResult Producer, IReadOnlyList<PathResult> Paths, JsonNode? Inputs)
{
    public static EntryResult Of(CacheEntry entry) => new(
        entry.Id, entry.Kind is EntryKind.Step ? "step" : "dependency", entry.Name, entry.Type, entry.Key, entry.Scope.ToString(), entry.Identity.ToString(), Word(entry.State),
        entry.RetiredReason, entry.CreatedAt, entry.LastUsedAt, entry.RetiredAt, entry.Ttl?.ToString("c"), entry.MaxAge?.ToString("c"), entry.SizeBytes,
        (long)entry.Spent.TotalMilliseconds, entry.Shareable, ProducerResult.Of(entry.Producer),
        [.. entry.Content.Paths.Select(path => new PathResult(path.Path, path.Tree?.Tree.ToString(), path.Tree?.SizeBytes, path.Tree?.Files, path.Tree?.Layers.Select(layer => layer.ToString()).ToList()))],
        Parse(entry.Manifest));

    public static string Word(EntryState state) => state switch
    {
        EntryState.Live => "live",
        EntryState.Evicted => "evicted",
        EntryState.Expired => "expired",
        EntryState.Quarantined => "quarantined",
        _ => "revoked",
    };

    private static JsonNode? Parse(string manifest)
    {
        try
        {
            return JsonNode.Parse(manifest);
        }
        catch (JsonException)
        {
            return manifest;
        }
    }
}

internal sealed record ProducerResult(string RunId, string Job, int Attempt)
{
    public static ProducerResult Of(Producer producer) => new(producer.RunId, producer.Job, producer.Attempt);
}

/// <param name="Tree">Null: the path was absent.</param>
internal sealed record PathResult(string Path, string? Tree, long? SizeBytes, long? Files, IReadOnlyList<string>? Layers);

internal sealed record ExplainResult(string RunId, IReadOnlyList<LookupResult> Lookups);

/// <param name="Class">hit, partial, never-saved, evicted, expired, scope, identity, input, env, command, revoked, quarantined or error.</param>
/// <param name="JobId">As the workflow names it; null: recorded before that was kept.</param>
internal sealed record LookupResult(
    string Job, string? JobId, int Attempt, string Kind, string Name, string Key, string Class, string Reason, string? MatchedKey, long? Entry, long? Nearest, IReadOnlyList<ChangeResult> Changes, string Save,
    string? SaveReason, DateTimeOffset At)
{
    public static LookupResult Of(RecordedLookup lookup) => new(
        lookup.Asker.Job, lookup.JobId, lookup.Asker.Attempt, lookup.Kind is EntryKind.Step ? "step" : "dependency", lookup.Name, lookup.Key, lookup.Class.NameOf(), lookup.Reason, lookup.MatchedKey,
        lookup.EntryId, lookup.NearestId, [.. lookup.Changes.Select(change => new ChangeResult(change.Input, change.Before, change.After))], lookup.Save, lookup.SaveReason, lookup.At);
}

internal sealed record ChangeResult(string Input, string? Before, string? After);

internal sealed record CacheRemoveResult(IReadOnlyList<long> Removed);

/// <param name="DryRun">Nothing was changed: what would go. What would be removed here and from storage is not told.</param>
/// <param name="BytesFreed">Of layers that no entry needs now.</param>
/// <param name="LayersRemoved">From this host's disk.</param>
/// <param name="BlobsRemoved">From storage; null: none is configured.</param>
internal sealed record GcResult(
    bool DryRun, int Revoked, int Expired, int Evicted, int Forgotten, long BytesFreed, int LayersRemoved, long BytesRemoved, int? BlobsRemoved, long? BlobBytesRemoved);

internal sealed record StatsResult(IReadOnlyList<CountResult> Caches, IReadOnlyList<KindResult> Kinds, long Entries, long SizeBytes, CostResult Costs, IReadOnlyList<string> Advice)
{
    public required ProofResult Proofs { get; init; }
}

/// <summary>Hits of hermetic steps that were run again.</summary>
/// <param name="Bound">The share of wrong hits is below it with 95 % confidence.</param>
internal sealed record ProofResult(long Sampled, long Differing, double Bound)
{
    public static ProofResult Of(IReadOnlyCollection<StepProofs> proofs)
    {
        var (sampled, differing) = (proofs.Sum(static step => step.Sampled), proofs.Sum(static step => step.Differing));
        return new(sampled, differing, ProofBound.Of((int)Math.Min(differing, int.MaxValue), (int)Math.Min(sampled, int.MaxValue)));
    }
}

internal sealed record CountResult(
    string Repository, string Kind, string Type, string Name, long Hits, long Partial, long Misses, long Errors, long Saves, long RestoredBytes, long TransferredBytes, long SavedBytes,
    long SavedMs, long Measured, long SpentMs)
{
    public static CountResult Of(CacheCount count) => new(
        $"{count.Organization}/{count.Repository}", count.IsStep ? "step" : count.IsImage ? "image" : "dependency", count.Type, count.Name, count.Hits, count.Partial, count.Misses, count.Errors, count.Saves,
        count.RestoredBytes, count.TransferredBytes, count.SavedBytes, (long)count.Saved.TotalMilliseconds, count.Measured, (long)count.Spent.TotalMilliseconds);
}

/// <param name="HitRate">Exact hits among all look-ups; null: none was made.</param>
/// <param name="NetMs">Saved less spent.</param>
/// <param name="Measured">Restores of which it is known what they saved.</param>
internal sealed record KindResult(string Kind, long Lookups, long Hits, long Partial, double? HitRate, long NetMs, long Measured)
{
    public static KindResult Of(string kind, IReadOnlyList<CacheCount> counts)
    {
        var (lookups, hits) = (counts.Sum(count => count.Lookups), counts.Sum(count => count.Hits));
        return new(
            kind, lookups, hits, counts.Sum(count => count.Partial), lookups == 0 ? null : Math.Round((double)hits / lookups, 4),
            counts.Sum(count => (long)(count.Saved - count.Spent).TotalMilliseconds), counts.Sum(count => count.Measured));
    }
}

internal sealed record CostResult(decimal StorageMonthly, decimal Egress);

/// <param name="Runs">That published any of the products.</param>
/// <param name="Readers">Other runs that restored any of them.</param>
internal sealed record RevokeResult(string RunId, bool WasRevoked, IReadOnlyList<string> Runs, IReadOnlyList<string> Readers, IReadOnlyList<RevokedResult> Products);

/// <param name="Kind">cache-entry, image-layer or artifact.</param>
internal sealed record RevokedResult(string Kind, long Id, string RunId, string Description, bool WasLive)
{
    public static RevokedResult Of(RevokedProduct product) => new(Word(product.Product.Kind), product.Product.Id, product.RunId, product.Description, product.WasLive);

    public static string Word(ProductKind kind) => kind switch
    {
        ProductKind.CacheEntry => "cache-entry",
        ProductKind.ImageLayer => "image-layer",
        _ => "artifact",
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(EntryListResult))]
[JsonSerializable(typeof(ExplainResult))]
[JsonSerializable(typeof(CacheRemoveResult))]
[JsonSerializable(typeof(GcResult))]
[JsonSerializable(typeof(StatsResult))]
[JsonSerializable(typeof(RevokeResult))]
internal sealed partial class CacheJson : JsonSerializerContext
{
    public static void Print<T>(T result, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => Console.Out.WriteLine(JsonSerializer.Serialize(result, type));
}
