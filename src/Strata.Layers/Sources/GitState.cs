namespace Strata.Layers.Sources;

/// <summary>Which repository encloses a directory and what it has checked out, read from its files: no process is started.</summary>
/// <param name="WorkTree">Absolute path of the repository's root.</param>
/// <param name="GitDirectory">Of this work tree: HEAD and index are here.</param>
/// <param name="CommonDirectory">Refs, objects and config are here; the same unless this is a linked work tree.</param>
/// <param name="HeadRef">Full name, or null when detached.</param>
/// <param name="HeadCommit">Null before the first commit, or where refs are not kept in files.</param>
public sealed record GitState(string WorkTree, string GitDirectory, string CommonDirectory, string? HeadRef, string? HeadCommit)
{
    private const int SymbolicDepthMax = 5;
    private const long FileSizeMax = 64 << 20;

    /// <summary>Null outside of any repository.</summary>
    public static GitState? Read(string directory)
    {
        for (var at = Path.GetFullPath(directory); at is not null; at = Path.GetDirectoryName(at))
        {
            if (FindGitDirectory(Path.Combine(at, ".git")) is { } git)
            {
                return Of(at, git);
            }
        }

        return null;
    }

    /// <summary>Whether tracked files changed or untracked, not ignored ones exist. Runs git.</summary>
    /// <exception cref="Core.Diagnostics.EnvironmentException">git is missing or failed (STR3302, STR3303).</exception>
    public async Task<bool> IsDirtyAsync(CancellationToken cancellationToken)
    {
        var status = await GitProcess.RunAsync(this, WorkTree, ["status", "--porcelain", "-z"], cancellationToken).ConfigureAwait(false);
        return status.Length > 0;
    }

    internal static string? ReadText(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= FileSizeMax } ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? FindGitDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return File.Exists(Path.Combine(path, "HEAD")) ? path : null;
        }

        const string marker = "gitdir:"; // a linked work tree or a submodule
        return ReadText(path) is { } text && text.StartsWith(marker, StringComparison.Ordinal)
            && Path.GetFullPath(text[marker.Length..].Trim(), Path.GetDirectoryName(path)!) is var target
            && File.Exists(Path.Combine(target, "HEAD"))
            ? target
            : null;
    }

    private static GitState Of(string workTree, string git)
    {
        var common = ReadText(Path.Combine(git, "commondir")) is { } relative ? Path.GetFullPath(relative.Trim(), git) : git;
        var head = ReadText(Path.Combine(git, "HEAD"))?.Trim() ?? "";
        var reference = Target(head);
        return new(workTree, git, common, reference, reference is null ? Commit(head) : Resolve(git, common, reference, 0));
    }

    private static string? Resolve(string git, string common, string reference, int depth)
    {
        if (depth == SymbolicDepthMax || !IsSafe(reference))
        {
            return null;
        }

        var loose = ReadText(Path.Combine(common, reference))?.Trim() ?? ReadText(Path.Combine(git, reference))?.Trim();
        if (loose is not null)
        {
            return Target(loose) is { } next ? Resolve(git, common, next, depth + 1) : Commit(loose);
        }

        foreach (var line in (ReadText(Path.Combine(common, "packed-refs")) ?? "").AsSpan().EnumerateLines())
        {
            if (line.EndsWith(reference, StringComparison.Ordinal) && line.IndexOf(' ') is var space and > 0 && line[(space + 1)..].SequenceEqual(reference))
            {
                return Commit(line[..space].ToString());
            }
        }

        return null;
    }

    private static string? Target(string text) => text.StartsWith("ref:", StringComparison.Ordinal) ? text[4..].Trim() : null;

    private static string? Commit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower) ? text : null;

    /// <summary>A name from a file of the repository is not a way out of it.</summary>
    private static bool IsSafe(string reference) =>
        reference.StartsWith("refs/", StringComparison.Ordinal) && !reference.Contains("..", StringComparison.Ordinal) && !reference.Contains('\0', StringComparison.Ordinal);
}
