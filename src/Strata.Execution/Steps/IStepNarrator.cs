using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Reporting;

namespace Strata.Execution.Steps;

/// <summary>Tells of a step as it happens.</summary>
internal interface IStepNarrator
{
    /// <summary>The step will run.</summary>
    ValueTask<StepLog> StartAsync(string name);

    /// <summary>The step is over; also when it was skipped and never started.</summary>
    ValueTask EndAsync(StepResult result);
}

/// <summary>A step inside an action: a group in the log of the step that called it.</summary>
internal sealed class GroupNarrator(StepLog log) : IStepNarrator
{
    private bool _started;

    public async ValueTask<StepLog> StartAsync(string name)
    {
        _started = true;
        await log.SayAsync(LogKind.Group, name).ConfigureAwait(false);
        return log;
    }

    public async ValueTask EndAsync(StepResult result)
    {
        if (!_started)
        {
            return;
        }

        await log.SayAsync(LogKind.EndGroup, "").ConfigureAwait(false);
        if (result.Outcome == RunStatus.Failure)
        {
            await log.SayAsync(LogKind.Error, $"{result.Name}: {result.Reason}").ConfigureAwait(false);
        }
    }
}
