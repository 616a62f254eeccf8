namespace Strata.Cli.Interrupts;

/// <summary>What a second Ctrl-C does before the process ends: nothing, until there is something to end.</summary>
internal sealed class LastWork
{
    private volatile Func<Task> _work = static () => Task.CompletedTask;

    public void Set(Func<Task> work) => _work = work;

    public Task RunAsync() => _work();
}
