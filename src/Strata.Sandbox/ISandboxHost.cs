using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Sandbox;

/// <summary>Makes sandboxes on this machine. One a process; safe for concurrent use. Disposing ends all of its sandboxes and leaves nothing behind.</summary>
public interface ISandboxHost : IAsyncDisposable
{
    /// <summary>What this machine cannot enforce or had to replace: said once by the caller.</summary>
    IReadOnlyList<Diagnostic> Notices { get; }

    /// <summary>Added to the owner of every file of a tree that is used as a lower: 0 where lowers can be id-mapped, else trees must be stored shifted.</summary>
    int TreeOwnerShift { get; }

    /// <summary>Variables a step needs to use what <see cref="SandboxSpec.Site"/> binds (proxies, CA bundle, clients' settings). Add them below the job's own.</summary>
    IReadOnlyDictionary<string, string> SiteEnvironment { get; }

    /// <summary>Finds out what this machine can do and makes what the first sandbox needs whatever its job, beside what the caller does next. Optional; what fails is told by <see cref="StartAsync"/>.</summary>
    void WarmUp();

    /// <summary>Why no sandbox can have a network here, as far as that shows before one is started; null: nothing speaks against it.</summary>
    Diagnostic? FindNetworkProblem();

    /// <summary>
    /// Removes what dead processes left in this data directory: processes, cgroups, directories; what is live, or another's, stays. Also waits until the
    /// files of this host's ended sandboxes are gone.
    /// </summary>
    /// <returns>How many dead sandboxes there were.</returns>
    Task<int> CleanUpAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Disposes every sandbox in which something may run, and removes its files: for a process that is about to end. What runs in them counts as killed. Those that were frozen are being read: they
    /// are left to the next start.
    /// </summary>
    Task EndSandboxesAsync();

    /// <summary>Starts a fresh sandbox: mounts, namespaces, cgroup, its process 1. Nothing of another sandbox is visible in it.</summary>
    /// <exception cref="EnvironmentException">The machine refused (STR5xxx).</exception>
    ValueTask<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken);
}

/// <summary>
/// One running sandbox. Disposing kills every process in it, unmounts and removes its cgroup; its files go in the background, at the latest when the host is
/// disposed. It never throws for a sandbox already dead.
/// </summary>
public interface ISandbox : IAsyncDisposable
{
    /// <summary>A host directory that is <see cref="SandboxSpec.ExchangePath"/> inside: step scripts and step files. Private to this sandbox.</summary>
    string ExchangeDirectory { get; }

    /// <summary>
    /// Paths inside that were made only to mount on (absent in the image), or as links to such: in the uppers they are empty files, directories and links, not
    /// the job's work.
    /// </summary>
    IReadOnlyList<string> MountPointStubs { get; }

    /// <summary>From the call of StartAsync until process 1 ran.</summary>
    TimeSpan StartDuration { get; }

    /// <summary>Host path of the overlay's upper directory of the workspace: what the job wrote there.</summary>
    string WorkspaceUpper { get; }

    /// <summary>Host path of the overlay's upper directory of the root.</summary>
    string RootUpper { get; }

    /// <summary>Host path of the directory that is /tmp inside.</summary>
    string TemporaryDirectory { get; }

    /// <summary>How to read both uppers, and <see cref="TemporaryDirectory"/>.</summary>
    UpperFormat UpperFormat { get; }

    /// <summary>Runs one command to its end. Processes it leaves in the background live on until the sandbox is disposed.</summary>
    /// <param name="cancellationToken">Cancel: SIGINT, then SIGTERM, then SIGKILL within <see cref="ExecSpec.Grace"/>; the outcome then says Cancelled (no exception).</param>
    ValueTask<ExecOutcome> ExecAsync(ExecSpec spec, IExecOutput output, CancellationToken cancellationToken);

    /// <summary>Reads a file as the job sees it, links resolved in the job's root, never outside. Null when absent or no regular file.</summary>
    ValueTask<Stream?> OpenFileAsync(string absolutePath, CancellationToken cancellationToken);

    /// <summary>
    /// A directory as the job sees it, links resolved in the job's root, never outside: for writing there, name by name. Null: it is absent, or no directory. The caller
    /// disposes it before this.
    /// </summary>
    /// <param name="makeAs">Who owns what is made of it and the directories above where they are absent; null: nothing is made.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    SafeFileHandle? OpenDirectory(string absolutePath, (int UserId, int GroupId)? makeAs = null);

    /// <summary>
    /// Lays one more tree on those the workspace stands on, below what the job wrote: in a moment, whatever its size. Only while no process of the job is left. What is already open in the workspace
    /// stays what it was: the caller has nothing open there.
    /// </summary>
    /// <returns>Null: it is there. Else why not; nothing changed then.</returns>
    ValueTask<string?> TryAddWorkspaceTreeAsync(SandboxTree tree, CancellationToken cancellationToken);

    /// <summary>Begins to follow what commands that are started from now on ask for.</summary>
    /// <exception cref="IOException">The kernel does not allow it, or it is followed already.</exception>
    Task<IFileTrace> TraceFilesAsync();

    /// <summary>A host path at which the job's workspace (merged) can be read while the sandbox lives; only from a thread in the mount namespace: see RunInMountNamespaceAsync.</summary>
    string WorkspaceMergedPath { get; }

    /// <summary>
    /// Ends every process and unmounts, secret files included; runs no command any more. The uppers stay, and change no more, until this is disposed.
    /// </summary>
    ValueTask FreezeAsync();

    /// <summary>Runs <paramref name="action"/> on a thread that sees the sandbox's mounts (the rest of the process does not).</summary>
    ValueTask<T> RunInMountNamespaceAsync<T>(Func<T> action, CancellationToken cancellationToken);
}

/// <param name="OwnerShift">Id 0 of the job as the uppers have it on this host.</param>
/// <param name="IdMax">The job's highest id, as the job sees it.</param>
/// <param name="UserXattr">Whether overlayfs' marks are in <c>user.*</c> (a normal user's sandboxes).</param>
public readonly record struct UpperFormat(uint OwnerShift, uint IdMax, bool UserXattr);

public sealed record SandboxSpec
{
    public const string ExchangePath = "/run/strata";
    public const string SecretsPath = "/run/secrets";
    public const string WorkspacePath = "/workspace";

    /// <summary>For logs and the host name: letters, digits and '-'.</summary>
    public required string Name { get; init; }

    /// <summary>Trees of the root, bottom first, at least one. Never written.</summary>
    public required IReadOnlyList<SandboxTree> RootLowers { get; init; }

    /// <summary>Trees of /workspace, bottom first, may be empty. Never written.</summary>
    public required IReadOnlyList<SandboxTree> WorkspaceLowers { get; init; }

    /// <summary>False: nothing is mounted at /workspace, and <see cref="WorkspaceLowers"/> is empty.</summary>
    public bool HasWorkspace { get; init; } = true;

    public IReadOnlyList<BindMount> Binds { get; init; } = [];

    /// <summary>By name, files in <see cref="SecretsPath"/>: read-only, 0400, in memory that is never swapped, seen by this sandbox alone, gone with it.</summary>
    public IReadOnlyDictionary<string, byte[]> SecretFiles { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Who in the sandbox may read <see cref="SecretFiles"/>.</summary>
    public (int UserId, int GroupId) SecretsOwner { get; init; }

    public required bool Network { get; init; }

    public ResourceLimits Limits { get; init; } = ResourceLimits.None;

    /// <summary>Bind the host's CA bundle and package clients' settings, and give their variables (proxies, CA paths). Off with --no-site.</summary>
    public required bool Site { get; init; }
}

/// <summary>A host file or directory made visible inside, with the job's ids where the host allows.</summary>
public sealed record BindMount(string HostPath, string Path, bool ReadOnly);

/// <param name="Cpu">Cores, may be a fraction.</param>
/// <param name="Disk">Bytes the job may write to root and workspace together.</param>
public sealed record ResourceLimits(decimal? Cpu, ByteSize? Memory, long? Pids, ByteSize? Disk)
{
    public static ResourceLimits None { get; } = new(null, null, null, null);
}

public sealed record ExecSpec
{
    /// <summary>Program (looked up in the job's PATH) and arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The whole environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Absolute, inside. Must exist: else the outcome has StartError.</summary>
    public required string WorkingDirectory { get; init; }

    public int UserId { get; init; }

    public int GroupId { get; init; }

    /// <summary>Null: no limit of its own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>From SIGINT to SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connect the terminal of this process (for --shell-on-failure); output is then not captured.</summary>
    public bool Interactive { get; init; }
}

public enum ExecEnd
{
    Exited,
    TimedOut,
    Cancelled,
}

/// <param name="ExitCode">As a shell gives it: 128 + signal for a killed process; 127 program not found, 126 not executable.</param>
/// <param name="OutOfMemory">The memory limit killed a process meanwhile.</param>
/// <param name="StartError">Why the program could not be started, or null.</param>
public readonly record struct ExecOutcome(int ExitCode, ExecEnd End, bool OutOfMemory, string? StartError)
{
    /// <summary>Why the whole sandbox was ended (its disk limit), or null. The exit code is never 0 then, whatever the command's was.</summary>
    public Diagnostic? SandboxEnded { get; init; }
}

/// <summary>Takes what a command prints, stdout and stderr in one order. Calls never overlap; a slow taker slows the command (bounded memory).</summary>
public interface IExecOutput
{
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
