using Strata.Core.Diagnostics;
using Strata.Execution.Events;

namespace Strata.Cli.Output;

/// <summary>Hands each event to several observers in order.</summary>
internal sealed class ObserverList(IReadOnlyList<IRunObserver> observers) : IRunObserver
{
    public void On(RunEvent e)
    {
        foreach (var observer in observers)
        {
            observer.On(e);
        }
    }

    public void On(Diagnostic diagnostic)
    {
        foreach (var observer in observers)
        {
            observer.On(diagnostic);
        }
    }

    public void OnTerminal(bool isTaken)
    {
        foreach (var observer in observers)
        {
            observer.OnTerminal(isTaken);
        }
    }
}
