using Strata.Core.Diagnostics;
using Strata.Layers.Store;
using Strata.Sandbox;

namespace Strata.Execution.Sources;

/// <summary>The workspace as it was when the run started: the user's visible files.</summary>
public interface IWorkspaceSource
{
    /// <param name="directory">Absolute host directory of the user.</param>
    /// <param name="organization">Whose it is.</param>
    /// <param name="ownerShift">See <see cref="ISandboxHost.TreeOwnerShift"/>.</param>
    ValueTask<CapturedWorkspace> CaptureAsync(string directory, string organization, int ownerShift, CancellationToken cancellationToken);
}

/// <param name="Lowers">Host trees for <see cref="SandboxSpec.WorkspaceLowers"/>, bottom first. Never changed while the run lasts.</param>
/// <param name="Binds">What is mounted beside them: the enclosing .git, read-only.</param>
/// <param name="Diagnostics">Said once to the run's observer.</param>
/// <param name="Layer">The visible files, for what is copied from them; held by the source.</param>
public sealed record CapturedWorkspace(
    IReadOnlyList<SandboxTree> Lowers, IReadOnlyList<BindMount> Binds, IReadOnlyList<Diagnostic> Diagnostics, LayerLease Layer);

/// <summary>hashFiles of GitHub over one directory.</summary>
public interface IFileHasher
{
    /// <summary>
    /// Hex SHA-256 over the digests of the matching files in glob order, or '' without a match. Links that leave the root are not followed.
    /// Called on a thread that sees the sandbox's mounts: paths must be opened on that thread.
    /// </summary>
    /// <exception cref="IOException">A matching file cannot be read.</exception>
    string HashFiles(string root, IReadOnlyList<string> patterns);
}
