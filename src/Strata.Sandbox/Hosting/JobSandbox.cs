using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;
using Strata.Sandbox.Tracing;

namespace Strata.Sandbox.Hosting;

/// <summary>One running sandbox.</summary>
internal sealed class JobSandbox(SandboxParts parts, HostSetup host, TimeProvider time, RemovalQueue removals, Action<JobSandbox> released) : ISandbox
{
    private const int EndingAttemptsMax = 3;
    private const int KilledExitCode = 128 + Signals.Kill;

    private readonly int _firstProcess = parts.ProcessId ?? throw new UnreachableException();
    private readonly Lock _disposing = new(); // guards _end and _disposal
    private int _steps;
    private WorkspaceExchange? _exchange;
    private Task? _end;
    private Task? _disposal;

    public string ExchangeDirectory => parts.Slot.Exchange;

    public IReadOnlyList<string> MountPointStubs => parts.MountPointStubs;

    public required TimeSpan StartDuration { get; init; }

    public string WorkspaceUpper => IfKept(parts.Slot.WorkspaceUpper);

    public string RootUpper => IfKept(parts.Slot.RootUpper);

    public string TemporaryDirectory => IfKept(parts.Slot.Temporary);

    public UpperFormat UpperFormat
    {
        get
        {
            var ids = parts.Ids;
            return new(ids.HostBase, ids.Size - 1, host.Ids.IsNested);
        }
    }

    public string WorkspaceMergedPath => parts.Slot.Workspace;

    public async ValueTask<ExecOutcome> ExecAsync(ExecSpec spec, IExecOutput output, CancellationToken cancellationToken)
    {
        if (parts.Network is { } network)
        {
            await network.Ready.ConfigureAwait(false); // it was set up while the sandbox started
        }

        if (_end is not null || parts.Runtime!.Exit.IsCompleted)
        {
            return new(KilledExitCode, ExecEnd.Exited, false, "The sandbox has ended: its process 1 was killed.") { SandboxEnded = parts.DiskWatch?.Exceeded };
        }

        if (JobRoot.WhyNotStartable(parts.RootDirectory!, spec) is var (exitCode, reason))
        {
            return new(exitCode, ExecEnd.Exited, false, reason);
        }

        var number = Interlocked.Increment(ref _steps);
        var idBase = parts.Ids.HostBase;
        var outcome = await new StepExecution(parts, host, number, idBase, _firstProcess, time).RunAsync(spec, output, cancellationToken).ConfigureAwait(false);
        parts.DiskWatch?.Look(); // what wrote too much and ended is not to go on with the next step, or be kept
        return parts.DiskWatch?.Exceeded is { } exceeded
            ? outcome with { ExitCode = outcome.ExitCode == 0 ? KilledExitCode : outcome.ExitCode, SandboxEnded = exceeded }
            : outcome;
    }

    public ValueTask<Stream?> OpenFileAsync(string absolutePath, CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream?>(JobRoot.OpenFile(parts.RootDirectory!, absolutePath));

    public SafeFileHandle? OpenDirectory(string absolutePath, (int UserId, int GroupId)? makeAs) =>
        JobRoot.OpenDirectory(parts.RootDirectory!, absolutePath, makeAs is var (user, group) ? (Shifted(user), Shifted(group)) : null);

    public async ValueTask<string?> TryAddWorkspaceTreeAsync(SandboxTree tree, CancellationToken cancellationToken)
    {
        var processes = new JobProcesses(_firstProcess);
        for (var attempt = 0; processes.ReadAll().Count > 1; attempt++)
        {
            if (attempt == EndingAttemptsMax)
            {
                return "processes of the job are running";
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken).ConfigureAwait(false); // who waited for the last command is about to end
        }

        _exchange ??= new(parts, host, _firstProcess);
        return await parts.MountThread.RunAsync(() => _exchange.TryAdd(tree), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IFileTrace> TraceFilesAsync() => await FileTracer.StartAsync(_firstProcess).ConfigureAwait(false);

    public ValueTask<T> RunInMountNamespaceAsync<T>(Func<T> action, CancellationToken cancellationToken) =>
        new(parts.MountThread.RunAsync(action, cancellationToken));

    public async ValueTask FreezeAsync()
    {
        Task end;
        lock (_disposing)
        {
            end = _end ??= parts.EndAsync();
        }

        await end.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Task disposal;
        lock (_disposing)
        {
            disposal = _disposal ??= ReleaseAsync();
        }

        await disposal.ConfigureAwait(false);
    }

    /// <summary>Disposes it, unless somebody froze it to read what it wrote.</summary>
    public async Task EndUnlessFrozenAsync()
    {
        lock (_disposing)
        {
            if (_disposal is null && _end is not null)
            {
                return;
            }

            _disposal ??= ReleaseAsync();
        }

        await _disposal.ConfigureAwait(false);
    }

    /// <summary>What is being removed is not read as if it were all there was.</summary>
    private string IfKept(string directory) => _disposal is null ? directory : throw new OperationCanceledException("The sandbox has ended.");

    private uint Shifted(int id) => UpperFormat.OwnerShift + (uint)id;

    private async Task ReleaseAsync()
    {
        try
        {
            await FreezeAsync().ConfigureAwait(false);
            await removals.AddAsync(parts.RemoveAsync).ConfigureAwait(false);
        }
        finally
        {
            released(this);
        }
    }
}
