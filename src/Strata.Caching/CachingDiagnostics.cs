using Strata.Caching.Keys;
using Strata.Caching.Presets;
using Strata.Core.Diagnostics;

namespace Strata.Caching;

/// <summary>What is wrong with caches while a run or a command uses them: STR220x. Those of declarations are Strata.Workflows'.</summary>
public static class CachingDiagnostics
{
    /// <param name="known">What the run looked for: jobs, each with its caches. None: the run is not known.</param>
    public static Diagnostic NothingKnown(string run, string? job, string? name, IReadOnlyList<string> known) =>
        new("STR2201", Severity.Error, $"No look-up of a cache is known of run '{run}'{(job is null ? "" : $", job '{job}'")}{(name is null ? "" : $", cache '{name}'")}.", null,
            known.Count > 0 ? $"It looked for: {string.Join("; ", known)}."
                : "Look-ups are kept for 30 days; caches that were off (--no-cache, or `enabled` and `types` of the configuration) make none, the run's report says why. Check the run's id, as `strata run` prints it, --data DIR, and --org and --repo if they are given.");

    public static Diagnostic NoSuchEntry(string name) =>
        new("STR2202", Severity.Error, $"There is no cache entry '{name}'.", null, "Give the number or the key of an entry: `strata cache ls` lists them.");

    public static Diagnostic NothingPublished(string run) =>
        new("STR2203", Severity.Warning, $"Nothing that run '{run}' published is known.", null,
            "It is revoked all the same: what it would still publish is refused. Check the run's id, as `strata run` prints it, and --data DIR.");

    /// <summary>Of a key or restore key as it was evaluated.</summary>
    /// <param name="at">Of the declaration.</param>
    public static Diagnostic BadKey(string cache, bool isRestoreKey, CacheKeyProblem problem, SourceSpan? at) =>
        new("STR2204", Severity.Warning, $"The cache '{cache}' is not used: its {(isRestoreKey ? "restore key" : "key")} {WordsOf(problem)}.", at,
            problem is CacheKeyProblem.Secret
                ? "Keys are stored and shown, so a secret may not be in one: leave it out."
                : "Look at what the expressions of the key came to; hash what may be long or of several lines.");

    /// <summary>Something of it failed when it was evaluated.</summary>
    /// <param name="part">As the workflow calls it: <c>key</c>.</param>
    /// <param name="at">Of the part.</param>
    public static Diagnostic NotEvaluated(string cache, string part, string problem, SourceSpan? at) =>
        new("STR2204", Severity.Warning, $"The cache '{cache}' is not used: its '{part}' cannot be evaluated: {problem}", at, "Look at what the expression is given.");

    /// <summary>Of a preset that keeps an installed tree.</summary>
    /// <param name="path">Of the cache, for which there is none.</param>
    /// <param name="at">Of the declaration.</param>
    public static Diagnostic TreeWithoutLockFile(string cache, CachePreset preset, string path, SourceSpan? at) =>
        new("STR2211", Severity.Warning, $"The cache '{cache}' is not used: no lock file of the preset '{preset.Name}' is beside '{path}' in the workspace, nor in a directory above it.", at,
            $"Lock files are {string.Join(", ", preset.LockFiles)}. Write one, or a `key` that names what the tree is made from.");

    /// <param name="at">Of the declaration.</param>
    public static Diagnostic KeyNeverChanges(string cache, CachePreset preset, string key, SourceSpan? at) =>
        new("STR2212", Severity.Warning, $"The key of the cache '{cache}' never changes, being '{key}': no lock file of the preset '{preset.Name}' is in the workspace.", at,
            $"Lock files are {string.Join(", ", preset.LockFiles)}. Write one, or a `key`; else what is saved first is what later runs get.");

    /// <summary>Of a preset whose paths the workflow replaced.</summary>
    /// <param name="at">Of the declaration.</param>
    public static Diagnostic VariableNotSet(string cache, CachePreset preset, string variable, SourceSpan? at) =>
        new("STR2213", Severity.Warning, $"{variable} is not set for the cache '{cache}': which of its paths stands for {preset.Env[variable]} of the preset '{preset.Name}' cannot be told.", at,
            $"Set {variable} under `env` of the job or the workflow.");

    private static string WordsOf(CacheKeyProblem problem) => problem switch
    {
        CacheKeyProblem.Empty => "is empty",
        CacheKeyProblem.TooLong => $"has more than {CacheKey.LengthMax} characters",
        CacheKeyProblem.TooLongToRoll => $"has more than {CacheKey.RollingLengthMax} characters, to which a rolling cache adds",
        CacheKeyProblem.Secret => "contains a secret",
        CacheKeyProblem.Comma => "contains a comma",
        CacheKeyProblem.LineBreak => "contains a line break or a NUL character",
        _ => "contains half a character",
    };
}
