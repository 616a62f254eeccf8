using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <summary>Looks into a live job's root as the job sees it. The job is hostile: every path is resolved by the kernel inside that root.</summary>
internal static class JobRoot
{
    private const int NotFound = 127;
    private const int NotExecutable = 126;

    /// <summary>Null when absent or no regular file.</summary>
    internal static FileStream? OpenFile(SafeFileHandle root, string path)
    {
        // Non-blocking: a FIFO of that name must not hold us up.
        var file = Descriptor.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, out _);
        if (file is null || FileStatus.Of(file) is not { IsRegular: true })
        {
            file?.Dispose();
            return null;
        }

        return new(file, FileAccess.Read);
    }

    /// <summary>Null when absent or no directory.</summary>
    /// <param name="makeAs">Of the host's numbering.</param>
    internal static SafeFileHandle? OpenDirectory(SafeFileHandle root, string path, (uint User, uint Group)? makeAs)
    {
        var flags = OpenFlags.ReadOnly | OpenFlags.Directory;
        var found = Descriptor.OpenInRoot(root, path, flags, out var error);
        if (found is not null || makeAs is not { } owner || error != Errno.NoEntry)
        {
            return found;
        }

        using (RootLink.OpenOrMake(root, path.TrimEnd('/'), owner))
        {
            return Descriptor.OpenInRoot(root, path, flags, out _);
        }
    }

    /// <summary>What a shell would answer instead of running the command; null when it can be started.</summary>
    internal static (int ExitCode, string Reason)? WhyNotStartable(SafeFileHandle root, ExecSpec spec)
    {
        if (HasNul(spec))
        {
            return (NotExecutable, "An argument or a variable contains a NUL character.");
        }

        if (Status(root, spec.WorkingDirectory) is not { IsDirectory: true })
        {
            return (NotExecutable, $"The working directory {spec.WorkingDirectory} does not exist.");
        }

        var program = spec.Arguments[0];
        if (program.Contains('/', StringComparison.Ordinal))
        {
            var path = program[0] == '/' ? program : $"{spec.WorkingDirectory}/{program}";
            return Status(root, path) switch
            {
                null => (NotFound, $"{program}: not found"),
                { IsRegular: true, IsExecutable: true } => null,
                _ => (NotExecutable, $"{program}: not executable"),
            };
        }

        return FindInPath(root, program, spec);
    }

    private static bool HasNul(ExecSpec spec)
    {
        var found = spec.WorkingDirectory.Contains('\0', StringComparison.Ordinal);
        foreach (var argument in spec.Arguments)
        {
            found |= argument.Contains('\0', StringComparison.Ordinal);
        }

        foreach (var (name, value) in spec.Environment)
        {
            found |= name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal);
        }

        return found;
    }

    private static (int ExitCode, string Reason)? FindInPath(SafeFileHandle root, string program, ExecSpec spec)
    {
        var seen = false;
        if (program.Length > 0 && spec.Environment.TryGetValue("PATH", out var path))
        {
            foreach (var directory in path.Split(':'))
            {
                var candidate = directory.StartsWith('/') ? $"{directory}/{program}" : $"{spec.WorkingDirectory}/{directory}/{program}";
                if (Status(root, candidate) is { IsRegular: true } status)
                {
                    if (status.IsExecutable)
                    {
                        return null;
                    }

                    seen = true;
                }
            }
        }

        return seen ? (NotExecutable, $"{program}: not executable") : (NotFound, $"{program}: not found in the job's PATH");
    }

    private static FileStatus? Status(SafeFileHandle root, string path)
    {
        using var file = Descriptor.OpenInRoot(root, path, OpenFlags.Path, out _);
        return file is null ? null : FileStatus.Of(file);
    }
}
