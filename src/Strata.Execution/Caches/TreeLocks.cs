using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>Where the lock files of an installed tree are looked for: lexically, for it need not be there yet.</summary>
internal static class TreeLocks
{
    /// <summary>
    /// The directory a path is in, and each above it: a tool that installs for several directories at once has its lock file at their root.
    /// </summary>
    /// <param name="path">As written; may be a pattern.</param>
    /// <returns>From the workspace, "" being itself, nearest first; none: it is outside.</returns>
    public static IReadOnlyList<string> DirectoriesOf(string path, string home)
    {
        const string workspace = "/workspace/";
        var absolute = JobPaths.Absolute(path, home);
        if (!absolute.StartsWith(workspace, StringComparison.Ordinal))
        {
            return [];
        }

        var names = absolute[workspace.Length..].Split('/');
        return [.. Enumerable.Range(1, names.Length).Select(last => string.Join('/', names.SkipLast(last)))];
    }
}
