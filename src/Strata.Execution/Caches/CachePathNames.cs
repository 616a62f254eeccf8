using Strata.Workflows.Model;

namespace Strata.Execution.Caches;

/// <summary>The name of a cache that has none: its paths in one spelling and order, for the name is part of what it is found by.</summary>
internal static class CachePathNames
{
    private const string Workspace = "/workspace/";

    public static string Of(IEnumerable<string> paths, string home) =>
        string.Join(' ', paths.Select(path => path.StartsWith('!') ? $"!{NameOf(path[1..].Trim(), home)}" : NameOf(path, home)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static string NameOf(string path, string home)
    {
        var (absolute, own) = (JobPaths.Absolute(path, home), $"{JobPaths.Absolute(home)}/");
        return absolute.StartsWith(Workspace, StringComparison.Ordinal) ? absolute[Workspace.Length..]
            : own.Length > 2 && absolute.StartsWith(own, StringComparison.Ordinal) ? $"~/{absolute[own.Length..]}"
            : absolute;
    }
}
