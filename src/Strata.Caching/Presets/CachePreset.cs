namespace Strata.Caching.Presets;

/// <summary>What is known of a tool's cache. A declaration that names a preset may say otherwise, member by member.</summary>
public sealed record CachePreset
{
    public required string Name { get; init; }

    /// <summary><c>~/…</c>, absolute, or in the workspace.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Patterns of <c>hashFiles</c>: what the key depends on. Of a tree from the directory it is in and each above, else from the workspace.</summary>
    public required IReadOnlyList<string> LockFiles { get; init; }

    /// <summary>The same of files that choose nothing for sure, but change what is chosen: they count beside lock files, not without.</summary>
    public required IReadOnlyList<string> OtherInputs { get; init; }

    /// <summary>What it keeps is what was installed, which no tool checks: right only for exactly its lock files.</summary>
    public required bool IsTree { get; init; }

    /// <summary>As a workflow would write it, for the preset's own paths.</summary>
    public string Key => LockFiles.Count == 0 ? $"{Name}-${{{{ github.job }}}}" : KeyOf([""]);

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

    /// <param name="directories">Where its files are looked for, from the workspace; "" is the workspace.</param>
    /// <returns>As a workflow would write it.</returns>
    public string KeyOf(IEnumerable<string> directories)
    {
        var files = directories.SelectMany(directory => LockFiles.Concat(OtherInputs).Select(file => In(directory, file)));
        return $"{Name}-${{{{ hashFiles({string.Join(", ", files.Select(static file => $"'{file.Replace("'", "''", StringComparison.Ordinal)}'"))}) }}}}";
    }

    /// <summary>A file, or a pattern of files, of a directory of the workspace.</summary>
    public static string In(string directory, string file) => directory.Length == 0 ? file : $"{directory}/{file}";
}
