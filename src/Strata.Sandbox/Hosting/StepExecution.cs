using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Runtimes;

namespace Strata.Sandbox.Hosting;

/// <summary>One command in a running sandbox: one <c>exec</c> of the runtime.</summary>
internal sealed class StepExecution(SandboxParts parts, HostSetup host, int number, uint idBase, int firstProcess, TimeProvider time)
{
    private readonly string _file = string.Create(CultureInfo.InvariantCulture, $"{parts.Slot.Bundle}/exec-{number}");

    private string ProcessIdFile => $"{_file}.pid";

    private string LogFile => $"{_file}.log";

    internal async Task<ExecOutcome> RunAsync(ExecSpec spec, IExecOutput output, CancellationToken cancellationToken)
    {
        WriteProcess(spec);
        var killsBefore = parts.ControlGroup?.OutOfMemoryKills() ?? 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = spec.Timeout is { } limit ? time.CreateTimer(Cancel, stop, limit, Timeout.InfiniteTimeSpan) : null;
        var (runtime, pipe) = await StartAsync(spec).ConfigureAwait(false);
        using var copyEnd = new CancellationTokenSource();
        var copy = pipe is null ? Task.FromResult(true) : OutputCopy.RunAsync(pipe.Reader, output, copyEnd.Token);
        var stopped = await WaitAsync(runtime, copy, spec.Grace, stop.Token).ConfigureAwait(false);
        await copyEnd.CancelAsync().ConfigureAwait(false);
        if (await copy.ConfigureAwait(false))
        {
            pipe?.Dispose();
        }
        else
        {
            _ = DiscardRestAsync(pipe!); // a background process holds it: it must go on without SIGPIPE or a full pipe
        }

        var exitCode = await runtime.Exit.ConfigureAwait(false);
        runtime.Dispose();
        var end = !stopped ? ExecEnd.Exited : cancellationToken.IsCancellationRequested ? ExecEnd.Cancelled : ExecEnd.TimedOut;
        var outOfMemory = parts.ControlGroup is { } group && group.OutOfMemoryKills() > killsBefore;
        return exitCode != 0 && end == ExecEnd.Exited && StartError() is { } error
            ? new(error.Contains("No such file", StringComparison.Ordinal) ? 127 : 126, end, outOfMemory, error) // of the runtime; for example a missing interpreter
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

    private async Task<bool> WaitAsync(ChildProcess runtime, Task<bool> copy, TimeSpan grace, CancellationToken stop)
    {
        try
        {
            // Output that cannot be taken ends the step too: nobody would ever empty its pipe.
            var first = await Task.WhenAny(runtime.Exit, FaultOf(copy)).WaitAsync(stop).ConfigureAwait(false);
            if (first == runtime.Exit)
            {
                return false;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped below.
        }

        var processes = new JobProcesses(firstProcess);
        await new StepStop(processes, runtime, ReadStepProcess, time).RunAsync(grace).ConfigureAwait(false);
        await runtime.Exit.ConfigureAwait(false);
        return true;
    }

    private static Task FaultOf(Task copy)
    {
        var fault = new TaskCompletionSource();
        _ = copy.ContinueWith(_ => fault.TrySetResult(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return fault.Task;
    }

    private async Task<(ChildProcess Runtime, Pipe? Output)> StartAsync(ExecSpec spec)
    {
        var command = host.Runtime.Exec(_file, ProcessIdFile, LogFile, parts.Id);
        if (spec.Interactive)
        {
            command = command with { InheritTerminal = true, NewSession = false };
            return (await parts.MountThread.RunAsync(() => ChildProcess.Start(command), CancellationToken.None).ConfigureAwait(false), null);
        }

        var pipe = Pipe.ForReading();
        try
        {
            // So that the job may open /dev/stdout, which is this pipe, by name.
            _ = LibC.ChangeOwner(pipe.Writer.Number(), idBase + (uint)spec.UserId, idBase + (uint)spec.GroupId);
            command = command with { Descriptors = new Dictionary<int, SafeFileHandle> { [1] = pipe.Writer, [2] = pipe.Writer } };
            var runtime = await parts.MountThread.RunAsync(() => ChildProcess.Start(command), CancellationToken.None).ConfigureAwait(false);
            pipe.Writer.Dispose();
            return (runtime, pipe);
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    private void WriteProcess(ExecSpec spec)
    {
        using var file = new FileStream(_file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { SkipValidation = true });
        new OciProcess
        {
            Arguments = spec.Arguments,
            Environment = spec.Environment,
            WorkingDirectory = spec.WorkingDirectory,
            UserId = spec.UserId,
            GroupId = spec.GroupId,
            Terminal = spec.Interactive && !Console.IsInputRedirected,
            OpenFilesMax = host.OpenFilesMax,
        }.Write(json);
    }

    /// <summary>What the runtime logged; a command that just failed leaves it empty.</summary>
    private string? StartError() => File.Exists(LogFile) && File.ReadAllText(LogFile).Trim() is { Length: > 0 } text ? text : null;

    private int? ReadStepProcess() =>
        File.Exists(ProcessIdFile) && int.TryParse(File.ReadAllText(ProcessIdFile), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
