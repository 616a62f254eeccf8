using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Processes;

/// <summary>A child of this process. It is reaped in any case; disposing does not kill it.</summary>
public sealed class ChildProcess : IDisposable
{
    private const int ByPidfd = 3; // P_PIDFD
    private const int Exited = 4; // WEXITED
    private const int CodeExited = 1; // CLD_EXITED
    private const int CodeOffset = 8; // siginfo_t: si_code
    private const int StatusOffset = 24; // siginfo_t: si_status on 64-bit

    private readonly SafeFileHandle _pidfd;

    private ChildProcess(int id)
    {
        Id = id;
        _pidfd = Descriptor.Own((int)LibC.SystemCall(CallNumbers.PidfdOpen, id, 0, 0, 0, 0), "pidfd_open");
        Exit = WaitAsync();
    }

    public int Id { get; }

    /// <summary>As a shell gives it: 128 + signal for a killed process. Never fails, never cancels.</summary>
    public Task<int> Exit { get; }

    /// <summary>Starts a program, in the mount namespace of the calling thread.</summary>
    /// <exception cref="IOException">Not found, not executable, or no more processes; HResult is the error number.</exception>
    public static ChildProcess Start(ChildProcessSpec spec)
    {
        var path = ProgramPath.Find(spec.FileName) ?? throw Errno.Failure($"Cannot start {spec.FileName}", Errno.NoEntry);
        return new(ProcessSpawn.Start(spec, path));
    }

    /// <summary>Runs a program to its end. On cancel it is killed with its whole session.</summary>
    /// <param name="output">Takes stdout and stderr in their order; null: only the tail is kept.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    public static async Task<CompletedProcess> RunAsync(ChildProcessSpec spec, IExecOutput? output, CancellationToken cancellationToken)
    {
        var tail = new OutputTail(output);
        using var pipe = Pipe.ForReading();
        using var child = Start(spec with
        {
            Descriptors = new Dictionary<int, SafeFileHandle>(spec.Descriptors) { [1] = pipe.Writer, [2] = pipe.Writer },
        });
        pipe.Writer.Dispose();
        await using var kill = cancellationToken.UnsafeRegister(static c => ((ChildProcess)c!).KillSession(), child).ConfigureAwait(false);
        using var copyEnd = new CancellationTokenSource();
        var copy = OutputCopy.RunAsync(pipe.Reader, tail, copyEnd.Token);
        var exitCode = await child.Exit.ConfigureAwait(false);
        await copyEnd.CancelAsync().ConfigureAwait(false); // a daemon it left may hold the pipe: take what is there, then stop
        await copy.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return new(exitCode, tail.ToString());
    }

    /// <summary>False when it has ended. Never hits another process that got the same id.</summary>
    public bool Signal(int signal) => LibC.SystemCall(CallNumbers.PidfdSendSignal, _pidfd.Number(), signal, 0, 0, 0) == 0;

    public void Kill() => Signal(Signals.Kill);

    /// <summary>Kills it and what it started, as far as that stayed in its process group.</summary>
    public void KillSession()
    {
        if (!Exit.IsCompleted)
        {
            _ = LibC.Kill(-Id, Signals.Kill);
            Kill();
        }
    }

    public void Dispose() => _ = Exit.ContinueWith(static (_, handle) => ((SafeFileHandle)handle!).Dispose(), _pidfd, TaskScheduler.Default);

    private async Task<int> WaitAsync()
    {
        await ReadinessPoller.WaitReadableAsync(_pidfd, CancellationToken.None).ConfigureAwait(false);
        return Reap();
    }

    private unsafe int Reap()
    {
        var information = stackalloc byte[128];
        while (LibC.WaitId(ByPidfd, _pidfd.Number(), information, Exited, 0) < 0)
        {
            if (Errno.Last != Errno.Interrupted)
            {
                return 255; // someone else reaped it: the code is lost
            }
        }

        var status = *(int*)(information + StatusOffset);
        return *(int*)(information + CodeOffset) == CodeExited ? status : 128 + status;
    }
}

/// <param name="OutputTail">The last part of what it printed (at most 8 KiB), for messages.</param>
public sealed record CompletedProcess(int ExitCode, string OutputTail);
