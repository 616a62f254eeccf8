using System.Text;
using Strata.Core.Text;
using Strata.Execution.Commands;
using Strata.Execution.Logs;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>Output of which only the commands count, and what explains a failure: nobody reads the rest.</summary>
internal sealed class ObeyedOutput(CommandInterpreter commands) : IExecOutput
{
    private readonly LineSplitter _lines = new();
    private bool _inLongLine;

    public OutputHints Hints { get; } = new();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (_lines.TryRead(ref bytes, out var piece, out var complete))
        {
            if (!_inLongLine && complete)
            {
                Take(piece.Span);
            }

            _inLongLine = !complete;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The command ended: a last line without its end is a line.</summary>
    public ValueTask EndAsync()
    {
        var rest = _lines.TakeRest();
        if (!_inLongLine && rest.Length > 0)
        {
            Take(rest.Span);
        }

        return ValueTask.CompletedTask;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        if (!commands.TryObey(line, out _))
        {
            Hints.See(Encoding.UTF8.GetString(line));
        }
    }
}
