using System.Runtime.InteropServices;

namespace Strata.Cli.Interrupts;

/// <summary>
/// The first Ctrl-C (or SIGTERM) cancels gracefully; the second ends the process within <see cref="LastWorkMax"/>, the third at once: what is left is removed
/// at the next start.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private static readonly TimeSpan LastWorkMax = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <param name="lastWork">What the second is to do before the process ends; null: nothing.</param>
    public Interrupts(Action onFirst, Func<Task>? lastWork = null)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            switch (Interlocked.Increment(ref _count))
            {
                case 1:
                    onFirst();
                    _cancel.CancelAsync();
                    break;
                case 2 when lastWork is not null:
                    _ = EndAsync(Task.Run(lastWork));
                    break;
                default:
                    Environment.Exit(ExitCode.Failed);
                    break;
            }
        }
    }

    public CancellationToken Token => _cancel.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _cancel.Dispose();
    }

    private static async Task EndAsync(Task lastWork)
    {
        await Task.WhenAny(lastWork, Task.Delay(LastWorkMax)).ConfigureAwait(false); // also when it fails
        Environment.Exit(ExitCode.Failed);
    }
}
