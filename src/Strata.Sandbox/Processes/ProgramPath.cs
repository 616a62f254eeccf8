using Strata.Sandbox.Native;

namespace Strata.Sandbox.Processes;

/// <summary>Where a program of the host is.</summary>
public static class ProgramPath
{
    private const int ExecuteAccess = 1; // X_OK

    // Daemons and cron start with a PATH without these, and newer users' shells lack sbin.
    private static readonly string[] Usual = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The first executable of that name in PATH, then in the usual places; null when there is none. A name with a slash is taken as it is.</summary>
    public static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return IsExecutable(name) ? name : null;
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var directory in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = $"{directory}/{name}";
            if (directory[0] == '/' && IsExecutable(candidate))
            {
                return candidate;
            }
        }

        foreach (var directory in Usual)
        {
            var candidate = $"{directory}/{name}";
            if (IsExecutable(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool IsExecutable(string path) => File.Exists(path) && LibC.Access(path, ExecuteAccess) == 0;
}
