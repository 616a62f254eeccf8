using Strata.Core.Diagnostics;

namespace Strata.Cli;

/// <summary>Where state is (DESIGN §9).</summary>
internal static class DataDirectory
{
    /// <summary>--data, else $STRATA_DATA, else /var/lib/strata for root, else $XDG_DATA_HOME/strata.</summary>
    public static string Resolve(string? option)
    {
        if ((option ?? NotEmpty("STRATA_DATA")) is { } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        // Inside the rootless namespace this process looks like root: the re-execution marks it.
        if (Environment.IsPrivilegedProcess && !Sandbox.Rootless.RootlessReexec.IsInside)
        {
            return "/var/lib/strata";
        }

        var shared = NotEmpty("XDG_DATA_HOME")
            ?? Path.Combine(NotEmpty("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share");
        return Path.Combine(shared, "strata");
    }

    /// <summary>Makes it if it is missing, and finds out now whether state can be written there.</summary>
    /// <exception cref="EnvironmentException">It cannot.</exception>
    public static void Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            using var probe = new FileStream(
                Path.Combine(path, $".probe-{Environment.ProcessId}"),
                new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose, BufferSize = 0 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.UnusableData(path, e.Message), e);
        }
    }

    /// <summary>For who only looks: nothing there yet is as good as nothing in it, and nothing is made.</summary>
    /// <exception cref="EnvironmentException">What is there cannot be seen, or it could never be there.</exception>
    public static void CheckReadable(string path)
    {
        try
        {
            var at = path;
            FileAttributes attributes;
            while (!TryGetAttributes(at, out attributes) && Path.GetDirectoryName(at) is { } parent)
            {
                at = parent;
            }

            if (!attributes.HasFlag(FileAttributes.Directory))
            {
                throw new IOException($"'{at}' is not a directory.");
            }

            if (at == path)
            {
                using var entries = Directory.EnumerateFileSystemEntries(path).GetEnumerator();
                if (entries.MoveNext())
                {
                    File.GetAttributes(entries.Current); // to list is one right, to look at what is listed another
                }
            }
            else if (new DriveInfo(at).DriveFormat is "proc" or "sysfs")
            {
                throw new IOException($"nothing can be kept in '{at}'.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException(CliDiagnostics.UnusableData(path, e.Message), e);
        }
    }

    private static bool TryGetAttributes(string path, out FileAttributes attributes)
    {
        try
        {
            attributes = File.GetAttributes(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            attributes = default;
            return false;
        }
    }

    private static string? NotEmpty(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
