namespace Strata.Caching.Presets;

/// <summary>What is known of a tool's cache. A declaration that names a preset may say otherwise, member by member.</summary>
public sealed record CachePreset
{
    public required string Name { get; init; }

    /// <summary><c>~/…</c>, absolute, or in the workspace.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Patterns of <c>hashFiles</c>: what the key depends on.</summary>
    public required IReadOnlyList<string> LockFiles { get; init; }

    /// <summary>As a workflow would write it.</summary>
    public required string Key { get; init; }

    /// <summary>As a workflow would write them.</summary>
    public required IReadOnlyList<string> RestoreKeys { get; init; }

    /// <summary><c>platform</c>: plain downloads, which any image may use. <c>image</c>: what was built for the image.</summary>
    public required IReadOnlyList<string> Vary { get; init; }

    /// <summary>
    /// For the job's steps, so that the tool looks where the cache is; <c>~/</c> at the start is the home directory. Before the image's, after what the workflow sets. Only where the tool
    /// looks and what it keeps there: never what it chooses, for that would be another result with a cache than without.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    /// <summary>Its store checks itself: saved after every run that changed it, under a new key.</summary>
    public required bool Rolling { get; init; }

    /// <summary>One line: what it is for.</summary>
    public required string About { get; init; }
}
