using System.Runtime.CompilerServices;
using Strata.Core.Tasks;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Hosting;

/// <summary>One command in a running sandbox.</summary>
internal sealed class StepExecution(SandboxParts parts, HostSetup host, int number, uint idBase, int firstProcess, TimeProvider time)
{
    internal async Task<ExecOutcome> RunAsync(ExecSpec spec, IExecOutput output, CancellationToken cancellationToken)
    {
        var killsBefore = parts.ControlGroup?.OutOfMemoryKills() ?? 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = spec.Timeout is { } limit ? time.CreateTimer(Cancel, stop, limit, Timeout.InfiniteTimeSpan) : null;
        var (process, pipe) = await StartAsync(spec).ConfigureAwait(false);
        using var copyEnd = new CancellationTokenSource();
        var copy = pipe is null ? Task.FromResult(true) : OutputCopy.RunAsync(pipe.Reader, output, copyEnd.Token);
        var stopped = await WaitAsync(process, copy, spec.Grace, stop.Token).ConfigureAwait(false);
        await copyEnd.CancelAsync().ConfigureAwait(false);
        if (await copy.ConfigureAwait(false))
        {
            pipe?.Dispose();
        }
        else
        {
            _ = DiscardRestAsync(pipe!); // a background process holds it: it must go on without SIGPIPE or a full pipe
        }

        var exitCode = await process.Exit.ConfigureAwait(false);
        process.Dispose();
        var end = !stopped ? ExecEnd.Exited : cancellationToken.IsCancellationRequested ? ExecEnd.Cancelled : ExecEnd.TimedOut;
        var outOfMemory = parts.ControlGroup is { } group && group.OutOfMemoryKills() > killsBefore;
        return exitCode != 0 && end == ExecEnd.Exited && process.StartError is { } error
            ? new(error.Contains("No such file", StringComparison.Ordinal) ? 127 : 126, end, outOfMemory, error) // for example a missing interpreter
            : new(exitCode, end, outOfMemory, null);
    }

    private static void Cancel(object? source) => ((CancellationTokenSource)source!).Cancel();

    private static async Task DiscardRestAsync(Pipe pipe)
    {
        using (pipe)
        {
            await OutputCopy.RunAsync(pipe.Reader, new OutputTail(null), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<bool> WaitAsync(IStepProcess process, Task<bool> copy, TimeSpan grace, CancellationToken stop)
    {
        try
        {
            // Output that cannot be taken ends the step too: nobody would ever empty its pipe.
            var first = await Task.WhenAny(process.Exit, FaultOf(copy)).WaitAsync(stop).ConfigureAwait(false);
            if (first == process.Exit)
            {
                return false;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped below.
        }

        await new StepStop(new(firstProcess), process, time).RunAsync(grace).ConfigureAwait(false);
        await process.Exit.ConfigureAwait(false);
        return true;
    }

    private static Task FaultOf(Task copy)
    {
        var fault = new TaskCompletionSource();
        _ = copy.ContinueWith(_ => fault.TrySetResult(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fault.Task;
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<(IStepProcess Process, Pipe? Output)> StartAsync(ExecSpec spec)
    {
        if (spec.Interactive)
        {
            return (await RuntimeStep.StartAsync(parts, host, spec, number, output: null).ConfigureAwait(false), null);
        }

        var pipe = Pipe.ForReading();
        try
        {
            // So that the job may open /dev/stdout, which is this pipe, by name.
            _ = LibC.ChangeOwner(pipe.Writer.Number(), idBase + (uint)spec.UserId, idBase + (uint)spec.GroupId);
            IStepProcess process = host.Runtime.KeepsSockets
                ? await InitStep.StartAsync(parts.Life!, spec, pipe.Writer).ConfigureAwait(false)
                : await RuntimeStep.StartAsync(parts, host, spec, number, pipe.Writer).ConfigureAwait(false);
            pipe.Writer.Dispose();
            return (process, pipe);
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }
}
