using System.Text;
using Strata.Caching.Keys;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Layers.Views;
using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>A path of a cache in this job.</summary>
/// <param name="Path">As in the identity: absolute, links followed.</param>
internal sealed record CachePlace(string Path, RestorePlace Place)
{
    public JobPlace In { get; } = JobTrees.PlaceOf(Place.Path);
}

/// <summary>Where the paths of a cache lead in a job, before anything is restored in it.</summary>
internal static class CachePlaces
{
    /// <returns>In the order of the identity; null: the problem says why, as a clause.</returns>
    public static (IReadOnlyList<CachePlace>? Places, IReadOnlyList<string> Except, string? Problem) Of(IReadOnlyList<string> paths, JobTrees trees, ImageUser user)
    {
        var places = new SortedDictionary<string, CachePlace>(StringComparer.Ordinal);
        var except = new List<string>();
        foreach (var path in paths)
        {
            if (path.StartsWith('!'))
            {
                except.Add(CachePath.Normalize(JobPaths.Absolute(path[1..].Trim(), user.Home)));
                continue;
            }

            var (place, problem) = Of(path, trees, user);
            if (place is null)
            {
                return (null, [], $"'{path}': {problem}");
            }

            places.TryAdd(place.Path, place);
        }

        return places.Count == 0 ? (null, [], "it has no path") : ([.. places.Values], except, null);
    }

    private static (CachePlace? Place, string? Problem) Of(string path, JobTrees trees, ImageUser user)
    {
        if (path.AsSpan().ContainsAny('*', '?', '['))
        {
            return (null, "caches hold directories: patterns are not taken");
        }

        if (JobPaths.CacheProblem(path, user.Home) is { } why)
        {
            return (null, why.TrimEnd('.'));
        }

        var resolution = trees.Resolve(JobPaths.Absolute(path, user.Home), user);
        if (resolution.Place is not { } place)
        {
            return (null, PlaceText.Why(resolution));
        }

        var resolved = $"/{Encoding.UTF8.GetString(place.Path)}";
        return JobPaths.CacheProblem(resolved, user.Home) is { } leads
            ? (null, $"it leads to {resolved}: {leads.TrimEnd('.')}")
            : (new(CachePath.Normalize(resolved), place), null);
    }
}
