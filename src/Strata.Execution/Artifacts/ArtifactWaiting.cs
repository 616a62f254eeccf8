using Strata.Artifacts.Gating;
using Strata.Execution.Events;

namespace Strata.Execution.Artifacts;

/// <summary>Waits until all that is taken is ready, and says for what, or ends it at once when something will not come.</summary>
/// <param name="say">Each reason to wait once, and each problem.</param>
internal sealed class ArtifactWaiting(Func<LogKind, string, ValueTask> say, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <param name="find">How it stands now.</param>
    /// <returns>What was found last; and why it cannot be had, in one line: null if all is there but what is optional.</returns>
    public async Task<(IReadOnlyList<ArtifactNeed> Found, string? Problem)> WaitAsync(
        Func<CancellationToken, Task<IReadOnlyList<ArtifactNeed>>> find, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow();
        for (string? said = null; ;)
        {
            var found = await find(cancellationToken).ConfigureAwait(false);
            switch (ArtifactGate.Decide(found, since, time.GetUtcNow(), ArtifactGate.DefaultWaitMax))
            {
                case GateVerdict.Fail(var problems):
                    foreach (var problem in problems)
                    {
                        await say(LogKind.Error, problem.ToString()).ConfigureAwait(false);
                    }

                    return (found, string.Join(" ", problems.Select(static problem => problem.Message)));
                case GateVerdict.Wait(var why):
                    if (why != said)
                    {
                        await say(LogKind.Progress, said = why).ConfigureAwait(false);
                    }

                    await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
                    continue;
                default:
                    return (found, null);
            }
        }
    }
}
