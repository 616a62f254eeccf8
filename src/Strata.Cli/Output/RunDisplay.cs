using System.Globalization;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Execution.Events;
using Strata.Execution.Reporting;

namespace Strata.Cli.Output;

/// <summary>
/// Shows a run on stderr as it goes: log lines scroll; on a terminal the last line tells what runs, else a line is written whenever
/// nothing else was for <see cref="Silence"/>.
/// </summary>
internal sealed class RunDisplay : IRunObserver, IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(150);
    private static readonly string[] Frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    private readonly TextWriter _out;
    private readonly Terminal _terminal;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new(); // guards all below: events and the timer come on different threads
    private readonly Dictionary<string, Activity> _running = [];
    private readonly HashSet<string> _started = [];
    private long _lastOutput;
    private int _frame;
    private bool _statusShown;
    private bool _isTaken; // the terminal, by a shell

    public RunDisplay(TextWriter output, Terminal terminal, TimeProvider time)
    {
        (_out, _terminal, _time) = (output, terminal, time);
        _lastOutput = time.GetTimestamp();
        var period = terminal.IsLive ? FrameTime : TimeSpan.FromMilliseconds(300);
        _timer = time.CreateTimer(_ => OnTick(), null, period, period);
    }

    public void On(Diagnostic diagnostic) => WriteLine(DiagnosticOutput.Format(diagnostic, _terminal));

    public void On(RunEvent e)
    {
        switch (e)
        {
            case RunStarted started:
                WriteLine(_terminal.Paint($"run {started.RunId}", Color.Bold) + $" · {started.Workflow ?? "workflow"} · {started.Repo} · {started.Ref}");
                break;
            case JobStarted job:
                _started.Add(job.Job);
                SetActivity(job.Job, "starting");
                WriteLine($"{Prefix(job.Job)} image {job.Image}");
                break;
            case StepStarted step:
                var name = Terminal.Printable(step.Name);
                SetActivity(step.Job, name);
                WriteLine($"{Prefix(step.Job)} {_terminal.Paint("▸", Color.Blue)} {name}");
                break;
            case LogLine line:
                WriteLog(line);
                break;
            case StepEnded step:
                WriteStepEnd(step);
                break;
            case JobEnded job:
                SetActivity(job.Job, null);
                WriteLine($"{Prefix(job.Job)} {Mark(job.Status)} {Describe(job.Status, job.Reason)}{Took(job.DurationMs)}");
                break;
        }
    }

    public void OnTerminal(bool isTaken)
    {
        lock (_lock)
        {
            ClearStatus();
            _out.Flush();
            (_isTaken, _lastOutput) = (isTaken, _time.GetTimestamp());
        }
    }

    /// <summary>Says a thing of Strata's own, for example that it was asked to stop.</summary>
    public void Say(string text) => WriteLine(_terminal.Paint(text, Color.Yellow));

    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            ClearStatus();
            _out.Flush();
        }
    }

    private void WriteLog(LogLine line)
    {
        if (line.Kind is LogKind.EndGroup)
        {
            return;
        }

        var indent = line.Kind is LogKind.Progress ? " " : "   ";
        foreach (var text in Lines(line))
        {
            WriteLine($"{Prefix(line.Job)}{indent}{Painted(line.Kind, text)}");
        }
    }

    /// <summary>An annotation may hold line ends: the job's name stands before each line, so that what a step says is never taken for Strata's word.</summary>
    private static string[] Lines(LogLine line)
    {
        var text = line.Kind switch
        {
            LogKind.Error => $"error: {Place(line)}{line.Text}",
            LogKind.Warning => $"warning: {Place(line)}{line.Text}",
            LogKind.Notice => $"notice: {Place(line)}{line.Text}",
            LogKind.Debug => $"debug: {line.Text}",
            LogKind.Group => $"▾ {line.Text}",
            _ => line.Text,
        };
        text = line.Kind is LogKind.Output ? text : text.ReplaceLineEndings("\n"); // with a carriage return a program draws its progress
        return (line.Kind is LogKind.Output or LogKind.Group or LogKind.Debug ? text : Terminal.Printable(text)).Split('\n');
    }

    /// <summary><c>FILE:LINE:COLUMN: TITLE: </c>, as far as the annotation says.</summary>
    private static string Place(LogLine line)
    {
        var file = Property("file");
        var at = file is null ? null : string.Join(':', new[] { file, Property("line"), Property("col") }.TakeWhile(static part => part is not null));
        return string.Concat(new[] { at, Property("title") }.Where(static part => part is not null).Select(static part => $"{part}: "));

        string? Property(string name) => line.Properties?.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    private string Painted(LogKind kind, string text) => kind switch
    {
        LogKind.Error => _terminal.Paint(text, Color.Red),
        LogKind.Warning => _terminal.Paint(text, Color.Yellow),
        LogKind.Notice => _terminal.Paint(text, Color.Cyan),
        LogKind.Debug or LogKind.Progress => _terminal.Paint(text, Color.Dim),
        LogKind.Group => _terminal.Paint(text, Color.Bold),
        _ => text,
    };

    private void WriteStepEnd(StepEnded step)
    {
        if (step.Step < 0 || !_started.Contains(step.Job))
        {
            return; // of a job that never started, the job's own line says why
        }

        var detail = step.Status == RunStatus.Success ? "" : $" {Describe(step.Status, step.Reason)}";
        WriteLine($"{Prefix(step.Job)} {Mark(step.Status)} {Terminal.Printable(step.Name)}{detail}{(step.Status == RunStatus.Skipped ? "" : Took(step.DurationMs))}");
    }

    private string Prefix(string job) => _terminal.Paint($"[{Terminal.Printable(job)}]", Color.Cyan);

    private static string Took(long milliseconds) => $" ({Lifetime.Format(TimeSpan.FromMilliseconds(milliseconds))})";

    private static string Describe(RunStatus status, string? reason)
    {
        var word = Word(status);
        return reason is null ? word : $"{word}: {Terminal.Printable(reason)}";
    }

    internal static string Word(RunStatus status) => status switch
    {
        RunStatus.Success => "success",
        RunStatus.Failure => "failure",
        RunStatus.Cancelled => "cancelled",
        _ => "skipped",
    };

    private string Mark(RunStatus status) => status switch
    {
        RunStatus.Success => _terminal.Paint("✓", Color.Green),
        RunStatus.Failure => _terminal.Paint("✗", Color.Red),
        RunStatus.Cancelled => _terminal.Paint("■", Color.Yellow),
        _ => _terminal.Paint("-", Color.Dim),
    };

    private void SetActivity(string job, string? what)
    {
        lock (_lock)
        {
            if (what is null)
            {
                _running.Remove(job);
            }
            else
            {
                _running[job] = new(what, _time.GetTimestamp());
            }
        }
    }

    private void WriteLine(string text)
    {
        lock (_lock)
        {
            ClearStatus();
            _out.WriteLine(text);
            _lastOutput = _time.GetTimestamp();
        }
    }

    private void OnTick()
    {
        lock (_lock)
        {
            if (_isTaken)
            {
                return;
            }

            if (_terminal.IsLive)
            {
                _out.Write($"\r\e[K{Fit($"{Frames[_frame++ % Frames.Length]} {Status()}")}");
                _out.Flush();
                _statusShown = true;
            }
            else if (_time.GetElapsedTime(_lastOutput) >= Silence && _running.Count > 0)
            {
                _out.WriteLine($"… {Status()}");
                _lastOutput = _time.GetTimestamp();
            }
        }
    }

    private string Status() => _running.Count == 0
        ? "working"
        : string.Join(" · ", _running.Select(r => string.Create(
            CultureInfo.InvariantCulture, $"{r.Key} › {r.Value.What} {Lifetime.Format(_time.GetElapsedTime(r.Value.Since))}")));

    private string Fit(string text) => text.Length < _terminal.Width ? text : string.Concat(text.AsSpan(0, _terminal.Width - 2), "…");

    private void ClearStatus()
    {
        if (_statusShown)
        {
            _out.Write("\r\e[K");
            _statusShown = false;
        }
    }

    private readonly record struct Activity(string What, long Since);
}
