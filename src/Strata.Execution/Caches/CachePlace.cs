using System.Text;
using Strata.Core.Globs;
using Strata.Execution.Trees;
using Strata.Layers.Saving;
using Strata.Layers.Views;

namespace Strata.Execution.Caches;

/// <summary>A path of a cache in this job.</summary>
/// <param name="Path">As in the identity: absolute, links followed; may be a pattern.</param>
/// <param name="Place">The directory that becomes the root of what is stored: the path itself, of a pattern the one it begins at, of a file the one it is in.</param>
/// <param name="Choice">What in it is meant, from the overlay's root; null: all.</param>
/// <param name="IsFile">It is, or turned out, no directory.</param>
internal sealed record CachePlace(string Path, RestorePlace Place, GlobSet? Choice = null, bool IsFile = false)
{
    public JobPlace In { get; } = JobTrees.PlaceOf(Place.Path);

    /// <summary>From the job's root.</summary>
    public string Directory => $"/{Encoding.UTF8.GetString(Place.Path)}";

    /// <summary>The directory is it, but for exclusions: what is below is nobody else's to save.</summary>
    public bool IsWhole => !IsFile && (Choice is null || Choice.Patterns[0].IsPath);

    public PathChoice? ToChoice() => Choice is null ? null : PathChoice.Of(Choice);

    /// <summary>The same path, should it be a file. Null: it is none, being a pattern.</summary>
    public CachePlace? AsFile()
    {
        if (IsFile)
        {
            return this;
        }

        if (!IsWhole || Place.Directories.Count == 0 || CachePlaces.GlobOf(In.Path) is not { } only)
        {
            return null;
        }

        var directory = new RestorePlace(Place.Directories[^1].Path, [.. Place.Directories.Take(Place.Directories.Count - 1)]);
        return new(Path, directory, GlobSet.Of([only]), IsFile: true);
    }
}
