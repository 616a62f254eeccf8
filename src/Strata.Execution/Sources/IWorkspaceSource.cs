using Strata.Core.Diagnostics;
using Strata.Sandbox;

namespace Strata.Execution.Sources;

/// <summary>The workspace as it was when the run started: a private copy of the user's visible files.</summary>
public interface IWorkspaceSource
{
    /// <exception cref="UserErrorException">A file cannot be read.</exception>
    /// <exception cref="EnvironmentException">The machine failed.</exception>
    ValueTask<CapturedWorkspace> CaptureAsync(WorkspaceCapture capture, CancellationToken cancellationToken);

    /// <summary>Removes what a capture made, also a failed one. Nothing mounts it any more.</summary>
    void Remove(string target);
}

/// <param name="Directory">Absolute host directory of the user; only read.</param>
/// <param name="Target">Absolute host directory for the copy; absent.</param>
/// <param name="DataDirectory">Left out if it lies in the workspace.</param>
/// <param name="OwnerShift">See <see cref="ISandboxHost.TreeOwnerShift"/>.</param>
public sealed record WorkspaceCapture(string Directory, string Target, string DataDirectory, int OwnerShift);

/// <param name="Lowers">Host trees for <see cref="SandboxSpec.WorkspaceLowers"/>, bottom first. Never changed while the run lasts.</param>
/// <param name="Binds">What is mounted beside them: the enclosing .git, read-only.</param>
/// <param name="Diagnostics">Said once.</param>
public sealed record CapturedWorkspace(IReadOnlyList<string> Lowers, IReadOnlyList<BindMount> Binds, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>hashFiles of GitHub over one directory.</summary>
public interface IFileHasher
{
    /// <summary>
    /// Hex SHA-256 over the digests of the matching files in glob order, or '' without a match. Links that leave the root are not followed.
    /// Called on a thread that sees the sandbox's mounts: paths must be opened on that thread.
    /// </summary>
    /// <exception cref="IOException">A matching file cannot be read, or a pattern is none.</exception>
    string HashFiles(string root, IReadOnlyList<string> patterns);
}
