namespace Strata.Workflows.Model;

/// <summary>Paths of a job as written, before any file system is looked at. The workspace is <c>/workspace</c> (DESIGN §10).</summary>
public static class JobPaths
{
    private const string Workspace = "/workspace";

    /// <summary>Of the job user, unless the image says otherwise.</summary>
    public const string Home = "/root";

    /// <summary>/run itself would hold /run/secrets.</summary>
    private static readonly string[] Forbidden = ["/proc", "/sys", "/dev", "/tmp", "/run"];

    /// <summary>Relative, and not leaving the workspace.</summary>
    public static bool IsBelow(string path) =>
        path.Length > 0 && path[0] is not ('/' or '~') && !path.Contains('\0') && $"{Absolute(path)}/".StartsWith($"{Workspace}/", StringComparison.Ordinal);

    public static bool IsWholeWorkspace(string path) => Absolute(path) == Workspace || path is "**" or "*" or "./**" or "./*" or "**/*";

    /// <returns>Why it cannot be cached, as a clause; null if it can.</returns>
    public static string? CacheProblem(string path, string home = Home)
    {
        if (path.Length == 0 || path.AsSpan().IndexOfAny('\0', '\n', '\r') >= 0)
        {
            return "it is empty or has a line break.";
        }

        var absolute = Absolute(path.StartsWith('!') ? path[1..] : path, home);
        if (absolute is "/" or Workspace)
        {
            return absolute == "/" ? "it is the whole root." : "it is the workspace itself.";
        }

        foreach (var place in Forbidden)
        {
            var below = absolute.StartsWith($"{place}/", StringComparison.Ordinal);
            if (absolute == place || (below && (place != "/run" || absolute == "/run/secrets" || absolute.StartsWith("/run/secrets/", StringComparison.Ordinal))))
            {
                return $"{place} is not kept between jobs.";
            }
        }

        return null;
    }

    /// <summary>Resolved by text alone: ~ is the home, . and .. and doubled slashes go.</summary>
    public static string Absolute(string path, string home = Home)
    {
        var full = path switch
        {
            "~" => home,
            ['~', '/', .. var rest] => $"{home}/{rest}",
            ['/', ..] => path,
            _ => $"{Workspace}/{path}",
        };
        List<string> parts = [];
        foreach (var part in full.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return $"/{string.Join('/', parts)}";
    }
}
