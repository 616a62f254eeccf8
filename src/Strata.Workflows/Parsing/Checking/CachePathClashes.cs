using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>A path belongs to one cache of a job. Only what is written without expressions is seen here; links and the image's home directory are not.</summary>
internal static class CachePathClashes
{
    /// <summary>Paths of one declaration.</summary>
    public static void Check(CacheDeclaration cache, ICollection<Diagnostic> problems)
    {
        var named = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        foreach (var path in cache.Paths.Where(IsKept))
        {
            if (!named.TryAdd(JobPaths.Absolute(path.Value.Text), path.At))
            {
                problems.Add(CacheDeclarationDiagnostics.PathTwice(path.At, path.Value.Text, named[JobPaths.Absolute(path.Value.Text)]));
            }
        }
    }

    /// <summary>Caches of one job.</summary>
    public static void Check(IReadOnlyList<CacheUse> uses, IReadOnlyList<CacheDeclaration> declared, ICollection<Diagnostic> problems)
    {
        var kept = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        var presets = new Dictionary<string, (CacheUse Use, CacheDeclaration Cache)>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            if ((use is CacheUse.Named { Name: var name } && !names.Add(name)) || DeclarationOf(use, declared) is not { } cache)
            {
                continue; // reported
            }

            if (cache.Preset is { } preset && !presets.TryAdd(preset.Value, (use, cache)) && !IsSeveralTrees(cache, presets[preset.Value].Cache))
            {
                problems.Add(CacheDeclarationDiagnostics.PresetTwice(use.At, preset.Value, presets[preset.Value].Use.At));
                continue;
            }

            var own = PathsOf(use, cache).DistinctBy(static path => path.Absolute).ToList();
            if (own.Find(path => kept.ContainsKey(path.Absolute)) is { Absolute: not null } twice)
            {
                problems.Add(CacheDeclarationDiagnostics.PathTwice(twice.At, twice.Text, kept[twice.Absolute]));
            }

            own.ForEach(path => kept.TryAdd(path.Absolute, path.At));
        }
    }

    private static CacheDeclaration? DeclarationOf(CacheUse use, IReadOnlyList<CacheDeclaration> declared) => use switch
    {
        CacheUse.Inline inline => inline.Declaration,
        CacheUse.Named named => declared.FirstOrDefault(cache => cache.Name == named.Name),
        _ => null,
    };

    private static bool IsSeveralTrees(CacheDeclaration one, CacheDeclaration other) =>
        one.Preset?.Value == DeclarationShapes.TreePreset && (one.Name ?? one.Preset.Value) != (other.Name ?? one.Preset.Value);

    /// <summary>Places are what a job's author must change: of an own path that, else the use.</summary>
    private static IEnumerable<(string Absolute, string Text, SourceSpan At)> PathsOf(CacheUse use, CacheDeclaration cache) => cache.Paths.Count > 0
        ? cache.Paths.Where(IsKept).Select(path => (JobPaths.Absolute(path.Value.Text), path.Value.Text, use is CacheUse.Inline ? path.At : use.At))
        : DeclarationShapes.PresetPaths.GetValueOrDefault(cache.Preset?.Value ?? "", []).Select(path => (JobPaths.Absolute(path), path, use.At));

    private static bool IsKept(Located<Template> path) => path.Value.IsLiteral && !string.IsNullOrWhiteSpace(path.Value.Text) && !path.Value.Text.StartsWith('!');
}
