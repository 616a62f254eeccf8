using System.Text;

namespace Strata.Workflows.Model;

/// <summary>Paths of a job as written, before any file system is looked at. The workspace is <c>/workspace</c> (DESIGN §10).</summary>
public static class JobPaths
{
    private const string Workspace = "/workspace";

    /// <summary>Of the job user, unless the image says otherwise.</summary>
    public const string Home = "/root";

    private const int PathBytesMax = 4095; // PATH_MAX less its NUL
    private const int NameBytesMax = 255; // NAME_MAX

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
            return path.Length == 0 ? "it is empty." : "it has a line break or a NUL character.";
        }

        var isExclusion = path.StartsWith('!');
        var absolute = Absolute(isExclusion ? path[1..].Trim() : path, home);
        if (LengthProblem(absolute) is { } tooLong)
        {
            return tooLong;
        }

        var (@fixed, pattern) = SplitPattern(absolute);
        if (absolute == Workspace || (@fixed == Workspace && !isExclusion && pattern is "*" or "**" or "**/*"))
        {
            return "it is the workspace itself.";
        }

        if (@fixed is "" or "/")
        {
            return "it is the whole root.";
        }

        if (pattern.Length > 0 && Forbidden.Contains(@fixed))
        {
            return $"{@fixed} is not kept between jobs.";
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

    private static string? LengthProblem(string absolute) =>
        Encoding.UTF8.GetByteCount(absolute) > PathBytesMax ? $"it has more than {PathBytesMax} bytes."
        : absolute.Split('/').Any(static name => !IsPattern(name) && Encoding.UTF8.GetByteCount(name) > NameBytesMax) ? $"a name in it has more than {NameBytesMax} bytes."
        : null;

    public static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>The directory that a pattern begins at, and the rest of it: from its first name with a wildcard on. Of a path without one the rest is empty.</summary>
    /// <param name="absolute">As <see cref="Absolute"/> gives it.</param>
    public static (string Directory, string Pattern) SplitPattern(string absolute)
    {
        var wildcard = absolute.AsSpan().IndexOfAny('*', '?', '[');
        if (wildcard < 0)
        {
            return (absolute, "");
        }

        var slash = absolute.LastIndexOf('/', wildcard);
        return (absolute[..slash], absolute[(slash + 1)..]);
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
