using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Tasks;
using Strata.Sandbox.Init;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Hosting;

/// <summary>
/// A command started by process 1, which already is what the command has to be: in its namespaces and cgroup, with its capabilities and its seccomp filter.
/// A fork instead of the runtime's start, seven namespaces to join and a dozen cgroups to write (7 to 17 ms).
/// </summary>
internal sealed class InitStep : IStepProcess
{
    private const int MessageSize = 8;
    private const int Started = 1;
    private const int Ended = 2;
    private const int NotStarted = 3;
    private const int Killed = 137;

    private readonly SafeFileHandle _status;
    private readonly string _program;
    private readonly TaskCompletionSource _firstWord = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _process; // the command's id on the host; 0: it never ran

    private InitStep(SafeFileHandle status, string program)
    {
        _status = status;
        _program = program;
        Exit = WaitAsync();
    }

    public Task<int> Exit { get; }

    public string? StartError { get; private set; }

    /// <summary>Returns when the command runs (a cancel then finds whom to interrupt), or could not be started.</summary>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    internal static async Task<InitStep> StartAsync(SafeFileHandle init, ExecSpec spec, SafeFileHandle output)
    {
        var step = Request(init, spec, output);
        await step._firstWord.Task.ConfigureAwait(false);
        return step;
    }

    private static InitStep Request(SafeFileHandle init, ExecSpec spec, SafeFileHandle output)
    {
        var block = InitRequest.Build(spec);
        using var memory = SocketCalls.CreateMemory(block);
        using var nothing = Descriptor.Open("/dev/null", OpenFlags.ReadWrite);
        var (ours, theirs) = SocketCalls.CreatePair();
        using (theirs)
        {
            try
            {
                SocketCalls.AskForSender(ours);
                Span<byte> size = stackalloc byte[MessageSize];
                BinaryPrimitives.WriteInt64LittleEndian(size, block.Length);
                SocketCalls.Send(init, size, [nothing, output, output, theirs, memory]);
            }
            catch (IOException)
            {
                // Process 1 has ended: nobody has the other end, which is how the step learns it.
            }
        }

        return new(ours, spec.Arguments[0]);
    }

    public List<int> FindProcesses(JobProcesses processes) => _process == 0 ? [] : processes.OfStep(runtimeProcess: null, _process);

    public void Kill()
    {
        if (!Exit.IsCompleted && _process > 0)
        {
            _ = LibC.Kill(-_process, Signals.Kill);
            _ = LibC.Kill(_process, Signals.Kill);
        }
    }

    public void Dispose() => _status.Dispose();

    private async Task<int> WaitAsync()
    {
        var message = new byte[MessageSize];
        while (true)
        {
            var count = SocketCalls.TryReceive(_status, message, out var sender);
            if (count < 0)
            {
                await ReadinessPoller.WaitReadableAsync(_status, CancellationToken.None).ConfigureAwait(false);
                continue;
            }

            if (count != MessageSize)
            {
                return EndWithoutWord();
            }

            var value = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(4));
            switch (BinaryPrimitives.ReadInt32LittleEndian(message))
            {
                case Started:
                    _process = sender;
                    _firstWord.TrySetResult();
                    break;
                case NotStarted:
                    StartError = $"{_program}: {Errno.Text(value)}";
                    _firstWord.TrySetResult();
                    break;
                case Ended:
                    _firstWord.TrySetResult(); // killed before it could say that it runs
                    return (value & 0x7F) == 0 ? (value >> 8) & 0xFF : 128 + (value & 0x7F); // wait(2): WIFEXITED, WEXITSTATUS, WTERMSIG
            }
        }
    }

    /// <summary>The process that waits for the command was killed with the sandbox, or there was no room for it.</summary>
    private int EndWithoutWord()
    {
        if (_process == 0)
        {
            StartError ??= $"{_program}: the job has no room for another process, or has ended";
        }

        _firstWord.TrySetResult();

        return Killed;
    }
}
