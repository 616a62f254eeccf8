using System.Text;
using Strata.Core.Globs;
using Strata.Execution.Trees;
using Strata.Layers.Saving;
using Strata.Workflows.Model;

namespace Strata.Execution.Artifacts;

/// <summary>What the paths of an artifact mean: which of the job's trees, the directory that becomes its root, and what of it is wanted.</summary>
/// <param name="Root">From the overlay's root; of a single path without wildcards it may turn out a file, whose directory is meant then.</param>
/// <param name="Fixed">What was written out of each path, from the overlay's root: links there are followed.</param>
internal sealed record ArtifactPaths(JobOverlay Overlay, string Root, bool IsOnePath, GlobSet Globs, IReadOnlyList<string> Fixed)
{
    /// <summary>Links are followed within the tree they are in.</summary>
    public FollowedPaths Followed => new([.. Fixed.Select(Encoding.UTF8.GetBytes)], Encoding.UTF8.GetBytes(JobTrees.MountOf(Overlay)));

    /// <param name="patterns">As written, evaluated; each may have several lines; <c>!</c> takes away.</param>
    /// <returns>Null: the problem says why, in one sentence.</returns>
    public static (ArtifactPaths? Paths, string? Problem) Parse(IEnumerable<string> patterns, string home)
    {
        var parsed = new List<(JobOverlay Overlay, GlobPattern Pattern)>();
        foreach (var line in patterns.SelectMany(static text => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var (overlay, pattern, problem) = ParseLine(line, home);
            if (pattern is null)
            {
                return (null, problem);
            }

            parsed.Add((overlay, pattern));
        }

        var wanted = parsed.Where(static p => !p.Pattern.IsExclusion).ToList();
        if (wanted.Count == 0)
        {
            return (null, "No path says what to publish.");
        }

        if (wanted.Exists(p => p.Overlay != wanted[0].Overlay))
        {
            return (null, "Some paths are in the workspace and some are not: one artifact has one root. Make two artifacts of it.");
        }

        var isOnePath = wanted is [{ Pattern.IsPath: true }];
        var globs = GlobSet.Of([.. parsed.Where(p => p.Overlay == wanted[0].Overlay).Select(static p => p.Pattern)]);
        return (new(wanted[0].Overlay, CommonRoot([.. wanted.Select(static p => p.Pattern)]), isOnePath, globs, [.. wanted.Select(static p => p.Pattern.SearchPath).Where(static path => path.Length > 0).Distinct()]), null);
    }

    public PathChoice Choice(bool withHidden) => withHidden ? PathChoice.Of(Globs) : new(Globs, IsHidden);

    /// <summary>The directory it is in, for a path that turned out a file.</summary>
    public ArtifactPaths OfFile() => this with { Root = Parent(Root), IsOnePath = false };

    private static (JobOverlay Overlay, GlobPattern? Pattern, string? Problem) ParseLine(string line, string home)
    {
        var isExclusion = line[0] == '!';
        var text = isExclusion ? line[1..].Trim() : line;
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
        {
            return (default, null, "A path is empty.");
        }

        var isDirectory = text.EndsWith('/');
        var absolute = JobPaths.Absolute(text, home);
        var (overlay, path) = JobTrees.PlaceOf(Encoding.UTF8.GetBytes(absolute.TrimStart('/')));
        var relative = Encoding.UTF8.GetString(path);
        var (pattern, problem) = GlobPattern.Parse($"{(isExclusion ? "!" : "")}{(relative.Length == 0 ? "**" : relative)}{(isDirectory && relative.Length > 0 ? "/" : "")}");
        return (overlay, pattern, problem is null ? null : $"{line}: {problem.Message}");
    }

    /// <summary>As actions/upload-artifact: of one pattern its fixed part, of several what they share.</summary>
    private static string CommonRoot(List<GlobPattern> patterns)
    {
        var common = patterns[0].SearchPath.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var pattern in patterns.Skip(1))
        {
            var names = pattern.SearchPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var same = 0;
            while (same < common.Count && same < names.Length && common[same] == names[same])
            {
                same++;
            }

            common.RemoveRange(same, common.Count - same);
        }

        return string.Join('/', common);
    }

    private static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    private static bool IsHidden(byte[] path) => path.Length > 0 && path[path.AsSpan().LastIndexOf((byte)'/') + 1] == (byte)'.';
}
