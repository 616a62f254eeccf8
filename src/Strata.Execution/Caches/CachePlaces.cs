using System.Text;
using Strata.Caching.Keys;
using Strata.Core.Globs;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Layers.Views;
using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>Where the paths of a cache lead in a job, before anything is restored in it.</summary>
internal static class CachePlaces
{
    /// <returns>In the order of the identity; null: the problem says why, as a clause.</returns>
    public static (IReadOnlyList<CachePlace>? Places, IReadOnlyList<string> Except, string? Problem) Of(IReadOnlyList<string> paths, JobTrees trees, ImageUser user)
    {
        var places = new SortedDictionary<string, CachePlace>(StringComparer.Ordinal);
        var (except, exclusions) = (new List<string>(), new List<(JobOverlay Overlay, GlobPattern Pattern)>());
        foreach (var path in paths.Where(static path => path.StartsWith('!')))
        {
            var absolute = JobPaths.Absolute(path[1..].Trim(), user.Home);
            if (JobPaths.CacheProblem(path, user.Home) is { } why)
            {
                return (null, [], $"'{path}': {why.TrimEnd('.')}");
            }

            if (!JobPaths.IsPattern(absolute))
            {
                except.Add(CachePath.Normalize(absolute));
                continue;
            }

            var (overlay, pattern, problem) = PatternOf(absolute, path.EndsWith('/'));
            if (pattern is null)
            {
                return (null, [], $"'{path}': {problem}");
            }

            exclusions.Add((overlay, pattern.AsExclusion(true)));
        }

        foreach (var path in paths.Where(static path => !path.StartsWith('!')))
        {
            var (place, problem) = Of(path, trees, user);
            if (place is null)
            {
                return (null, [], $"'{path}': {problem}");
            }

            places.TryAdd(place.Path, Without(place, exclusions));
        }

        return places.Count == 0 ? (null, [], "it has no path") : ([.. places.Values], except, null);
    }

    /// <summary>The pattern that names one path, and all below. Null: there is none, with such names.</summary>
    /// <param name="path">From the overlay's root.</param>
    public static GlobPattern? GlobOf(byte[] path) =>
        Encoding.UTF8.GetString(path) is { Length: > 0 } text && GlobPattern.Parse(text).Pattern is { IsPath: true } pattern && pattern.SearchPath == text ? pattern : null;

    private static (CachePlace? Place, string? Problem) Of(string path, JobTrees trees, ImageUser user)
    {
        if (JobPaths.CacheProblem(path, user.Home) is { } why)
        {
            return (null, why.TrimEnd('.'));
        }

        var (directory, pattern) = JobPaths.SplitPattern(JobPaths.Absolute(path, user.Home));
        var resolution = trees.Resolve(directory, user);
        if (resolution.Place is not { } place)
        {
            return FileAt(directory, pattern, resolution, trees, user);
        }

        var resolved = $"/{Encoding.UTF8.GetString(place.Path)}{(pattern.Length == 0 ? "" : $"/{pattern}")}";
        if (JobPaths.CacheProblem(resolved, user.Home) is { } leads)
        {
            return (null, $"it leads to {resolved}: {leads.TrimEnd('.')}");
        }

        if (pattern.Length == 0)
        {
            return (new(CachePath.Normalize(resolved), place), null);
        }

        var (_, glob, problem) = PatternOf(resolved, path.EndsWith('/'));
        return glob is null ? (null, problem) : (new(CachePath.Normalize(resolved), place, GlobSet.Of([glob])), null);
    }

    /// <summary>Image or source have a file there.</summary>
    private static (CachePlace? Place, string? Problem) FileAt(string path, string pattern, PlaceResolution resolution, JobTrees trees, ImageUser user)
    {
        var slash = path.LastIndexOf('/');
        if (resolution.Problem is PlaceProblem.NotADirectory && pattern.Length == 0 && slash > 0 && trees.Resolve(path[..slash], user).Place is { } above)
        {
            var resolved = $"/{Encoding.UTF8.GetString(above.Path)}{path[slash..]}";
            if (JobPaths.CacheProblem(resolved, user.Home) is null && GlobOf(JobTrees.PlaceOf(Encoding.UTF8.GetBytes(resolved[1..])).Path) is { } only)
            {
                return (new(CachePath.Normalize(resolved), above, GlobSet.Of([only]), IsFile: true), null);
            }
        }

        return (null, PlaceText.Why(resolution));
    }

    /// <param name="absolute">May have wildcards.</param>
    private static (JobOverlay Overlay, GlobPattern? Pattern, string? Problem) PatternOf(string absolute, bool isDirectory)
    {
        var (overlay, path) = JobTrees.PlaceOf(Encoding.UTF8.GetBytes(absolute.TrimStart('/')));
        var (pattern, problem) = GlobPattern.Parse($"{Encoding.UTF8.GetString(path)}{(isDirectory ? "/" : "")}");
        return (overlay, pattern, problem?.Message.TrimEnd('.'));
    }

    private static CachePlace Without(CachePlace place, List<(JobOverlay Overlay, GlobPattern Pattern)> exclusions)
    {
        var taken = exclusions.Where(exclusion => exclusion.Overlay == place.In.Overlay).Select(static exclusion => exclusion.Pattern).ToList();
        var wanted = place.Choice?.Patterns ?? (GlobOf(place.In.Path) is { } all ? [all] : []);
        return taken.Count == 0 || wanted.Count == 0 ? place : place with { Choice = GlobSet.Of([.. wanted, .. taken]) };
    }
}
