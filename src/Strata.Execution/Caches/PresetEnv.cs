using Strata.Caching.Presets;
using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>Where a preset's tool is told to look when the workflow names other paths than the preset.</summary>
internal static class PresetEnv
{
    private const string HomePrefix = "~/";

    /// <param name="paths">Of the cache, as written; none is an exclusion.</param>
    /// <returns>What is set, and the variables for which no path can be told: they are not.</returns>
    public static (IReadOnlyDictionary<string, string> Env, IReadOnlyList<string> Unclear) Of(CachePreset preset, IReadOnlyList<string> paths, string home)
    {
        // By position, of those that are not simply the preset's: cargo with fewer of its paths has its home where it was.
        var free = paths.Where(path => !preset.Paths.Any(other => Touches(path, other, home))).ToList();
        var replaced = preset.Paths.Where(path => !paths.Any(other => Touches(path, other, home))).ToList();
        var isOnly = preset.Env.Values.Count(static value => value.StartsWith(HomePrefix, StringComparison.Ordinal)) == 1;
        var (env, unclear) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>());
        foreach (var (name, value) in preset.Env)
        {
            if (!value.StartsWith(HomePrefix, StringComparison.Ordinal) || paths.Any(path => Touches(path, value, home)))
            {
                env[name] = value;
            }
            else if ((ByPosition(value, replaced, free) ?? (isOnly && paths.Count == 1 ? paths[0] : null)) is { } path && !JobPaths.IsPattern(path))
            {
                env[name] = path.StartsWith(HomePrefix, StringComparison.Ordinal) ? path : JobPaths.Absolute(path, home);
            }
            else
            {
                unclear.Add(name);
            }
        }

        return (env, unclear);
    }

    /// <summary>What stands for a directory in the place of which others were named. Null: nothing, or several.</summary>
    private static string? ByPosition(string directory, List<string> replaced, List<string> free)
    {
        if (replaced.Count != free.Count)
        {
            return null;
        }

        var found = replaced.Zip(free)
            .Where(pair => IsAtOrBelow(pair.First, directory))
            .Select(pair => (Path: pair.Second.TrimEnd('/'), Below: pair.First[directory.Length..])) // the tool adds the names itself
            .Select(static pair => pair.Path.EndsWith(pair.Below, StringComparison.Ordinal) ? pair.Path[..^pair.Below.Length] : "")
            .Distinct(StringComparer.Ordinal).ToList();
        return found is [{ Length: > 0 } one] ? one : null;
    }

    private static bool Touches(string path, string other, string home)
    {
        var (one, two) = (JobPaths.Absolute(path, home), JobPaths.Absolute(other, home));
        return IsAtOrBelow(one, two) || IsAtOrBelow(two, one);
    }

    private static bool IsAtOrBelow(string path, string directory) => path == directory || path.StartsWith($"{directory}/", StringComparison.Ordinal);
}
