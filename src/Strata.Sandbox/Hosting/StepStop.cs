using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <summary>Ends a step that ran too long or is cancelled: SIGINT, SIGTERM, SIGKILL. What earlier steps left in the background lives on.</summary>
internal sealed class StepStop(JobProcesses processes, IStepProcess process, TimeProvider time)
{
    private const int KillRoundsMax = 100;
    private static readonly TimeSpan KillInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Two thirds of the grace for SIGINT, the rest for SIGTERM.</summary>
    internal async Task RunAsync(TimeSpan grace)
    {
        JobProcesses.Signal(Find(), Signals.Interrupt);
        if (await EndsWithinAsync(grace * (2 / 3.0)).ConfigureAwait(false))
        {
            return;
        }

        JobProcesses.Signal(Find(), Signals.Terminate);
        if (await EndsWithinAsync(grace / 3).ConfigureAwait(false))
        {
            return;
        }

        await KillAsync().ConfigureAwait(false);
    }

    // Again and again: what forks while it is killed is found the next time.
    private async Task KillAsync()
    {
        for (var round = 0; round < KillRoundsMax; round++)
        {
            var left = Find();
            if (left.Count == 0)
            {
                break;
            }

            JobProcesses.Signal(left, Signals.Kill);
            await Task.Delay(KillInterval, time).ConfigureAwait(false);
        }

        if (!await EndsWithinAsync(KillInterval).ConfigureAwait(false))
        {
            process.Kill();
        }
    }

    /// <summary>The step's own end is not enough: its children may still be busy with ending.</summary>
    private async Task<bool> EndsWithinAsync(TimeSpan limit)
    {
        using var end = new CancellationTokenSource(limit, time);
        try
        {
            await process.Exit.WaitAsync(end.Token).ConfigureAwait(false);
            while (Find().Count > 0)
            {
                await Task.Delay(KillInterval, time, end.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private List<int> Find() => process.FindProcesses(processes);
}
