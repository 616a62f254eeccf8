using Strata.Core.Diagnostics;

namespace Strata.Layers.Sources;

/// <summary>A private copy of a workspace's visible files (DESIGN §10).</summary>
/// <param name="Path">The copy: owner is the job's root, modes and times are the files'.</param>
/// <param name="SizeBytes">Sum of the files' sizes.</param>
/// <param name="Git">The enclosing repository, or null.</param>
/// <param name="GitView">What of it a job may see, or null.</param>
public sealed record SourceTree(
    string Path, long FileCount, long SizeBytes, GitState? Git, GitView? GitView, IReadOnlyList<Diagnostic> Diagnostics)
{
    public const long SizeWarningBytes = 2_000_000_000;

    public bool IsGit => Git is not null;

    public string? HeadCommit => Git?.HeadCommit;

    /// <summary>Full name, or null when detached or without git.</summary>
    public string? HeadRef => Git?.HeadRef;

    /// <summary>
    /// Copies tracked and untracked, not ignored, files (in a repository; else all) to <c>target/files</c>, and the repository's view to
    /// <c>target/git</c>. The workspace is only read.
    /// </summary>
    /// <param name="target">Absent or empty; the caller removes it, also after a failure.</param>
    /// <param name="ownerShift">The owner of every file; see OwnerPolicy.</param>
    /// <param name="dataDirectory">Left out if it lies in the workspace.</param>
    /// <exception cref="UserErrorException">A file cannot be read (STR3306).</exception>
    /// <exception cref="EnvironmentException">git failed (STR3302, STR3303).</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public static async Task<SourceTree> CaptureAsync(
        string workspaceDirectory, string target, uint ownerShift, string dataDirectory, CancellationToken cancellationToken)
    {
        var files = System.IO.Path.Combine(target, "files");
        Directory.CreateDirectory(files);
        var git = GitState.Read(workspaceDirectory);
        using var copy = new SourceCopy(workspaceDirectory, files, ownerShift, dataDirectory);
        if (git is null)
        {
            await Task.Run(() => copy.CopyAll(cancellationToken), cancellationToken).ConfigureAwait(false);
            copy.Complete();
            return new(files, copy.FileCount, copy.SizeBytes, null, null, copy.Diagnostics);
        }

        // Beside git's start, which takes as long. Always awaited: the caller may remove the target after a failure.
        var view = Task.Run(() => GitView.Write(git, System.IO.Path.Combine(target, "git"), ownerShift), CancellationToken.None);
        try
        {
            await CopyVisibleAsync(git, workspaceDirectory, "", copy, cancellationToken).ConfigureAwait(false);
            copy.Complete();
        }
        finally
        {
            await ((Task)view).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new(files, copy.FileCount, copy.SizeBytes, git, await view.ConfigureAwait(false), copy.Diagnostics);
    }

    /// <summary>A submodule, or a repository in the tree, is listed by its own git.</summary>
    /// <param name="prefix">Of <paramref name="directory"/> in the workspace: empty, or ending in '/'.</param>
    private static async Task CopyVisibleAsync(GitState git, string directory, string prefix, SourceCopy copy, CancellationToken cancellationToken)
    {
        var listing = await GitProcess.RunAsync(
            git, directory, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], cancellationToken).ConfigureAwait(false);
        var repositories = new List<string>();
        await Task.Run(() => copy.CopyListed(listing, prefix, repositories, cancellationToken), cancellationToken).ConfigureAwait(false);
        foreach (var name in repositories)
        {
            var below = System.IO.Path.Combine(directory, name);
            if (GitState.Read(below) is { } inner && inner.WorkTree == below)
            {
                await CopyVisibleAsync(inner, below, $"{prefix}{name}/", copy, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
