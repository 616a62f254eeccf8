using Strata.Core.Diagnostics;
using Strata.Execution.Events;

namespace Strata.Execution.Tests.Fakes;

internal sealed class RecordingObserver : IRunObserver
{
    public List<RunEvent> Events { get; } = [];

    public List<Diagnostic> Diagnostics { get; } = [];

    public Action<RunEvent>? Then { get; init; }

    public IEnumerable<LogLine> Lines => Events.OfType<LogLine>();

    /// <summary>Output of all steps, one line each.</summary>
    public IReadOnlyList<string> Output => [.. Lines.Where(l => l.Kind == LogKind.Output).Select(l => l.Text)];

    public IReadOnlyList<string> Ended => [.. Events.OfType<JobEnded>().Select(j => $"{j.Job}:{j.Status}")];

    public void On(RunEvent e)
    {
        Events.Add(e);
        Then?.Invoke(e);
    }

    public void On(Diagnostic diagnostic) => Diagnostics.Add(diagnostic);
}
