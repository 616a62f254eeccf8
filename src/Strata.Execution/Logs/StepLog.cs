using System.Buffers;
using System.Text;
using Strata.Core.Text;
using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Masking;
using Strata.Sandbox;

namespace Strata.Execution.Logs;

/// <summary>Where a log belongs.</summary>
/// <param name="Step">As <see cref="StepEvent.Step"/>.</param>
internal sealed record LogPlace(string RunId, string Job, int Step);

/// <summary>
/// One step's output on its way: bytes → lines → commands obeyed → secrets masked → file and event. Also takes what Strata itself has to
/// say about the step. One writer at a time.
/// </summary>
internal sealed class StepLog(LogPlace place, SecretMasker masker, EventPump events, StepLogFile? file, TimeProvider time) : IExecOutput, IAsyncDisposable
{
    private readonly LineSplitter _lines = new();
    private readonly MaskStream _mask = new(masker);
    private readonly ArrayBufferWriter<byte> _masked = new(256);
    private bool _inLongLine;

    /// <summary>Obeys commands in the output while set; else all is ordinary text.</summary>
    public CommandInterpreter? Commands { get; set; }

    /// <summary>Keeps what is shown while set.</summary>
    public LogRecording? Recording { get; set; }

    /// <summary>Looks at ordinary lines, already masked (hints for a failure).</summary>
    public OutputHints Hints { get; } = new();

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (_lines.TryRead(ref bytes, out var piece, out var complete))
        {
            if (_inLongLine || !complete)
            {
                await WritePieceAsync(piece, complete).ConfigureAwait(false);
            }
            else
            {
                await WriteLineAsync(piece).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The command ended: a last line without its end is a line.</summary>
    public async ValueTask EndOutputAsync()
    {
        var rest = _lines.TakeRest();
        if (_inLongLine)
        {
            await WritePieceAsync(rest, complete: true).ConfigureAwait(false);
        }
        else if (rest.Length > 0)
        {
            await WriteLineAsync(rest).ConfigureAwait(false);
        }
    }

    /// <summary>A line of Strata's own, or of a command; masked here. Line ends inside make several lines of it.</summary>
    public async ValueTask SayAsync(LogKind kind, string text, IReadOnlyDictionary<string, string>? properties = null)
    {
        var masked = masker.MaskText(text);
        file?.Write(kind, masked);
        await events.PublishAsync(NewLine(kind, masked, Mask(properties))).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask WriteLineAsync(ReadOnlyMemory<byte> line)
    {
        if (Commands is not null && Commands.TryObey(line.Span, out var shown))
        {
            foreach (var (kind, text, properties) in shown)
            {
                await SayAsync(kind, text, properties).ConfigureAwait(false);
            }

            return;
        }

        await events.PublishAsync(Show(_mask.MaskLine(line.Span, _masked))).ConfigureAwait(false);
    }

    /// <summary>A line too long to hold: masked as it flows, shown in pieces.</summary>
    private async ValueTask WritePieceAsync(ReadOnlyMemory<byte> piece, bool complete)
    {
        _inLongLine = !complete;
        _masked.ResetWrittenCount();
        _mask.Write(piece.Span, _masked);
        if (complete)
        {
            _mask.Flush(_masked);
        }

        if (_masked.WrittenCount > 0)
        {
            await events.PublishAsync(Show(_masked.WrittenSpan)).ConfigureAwait(false);
        }
    }

    private LogLine Show(ReadOnlySpan<byte> masked)
    {
        file?.Write(LogKind.Output, masked);
        var text = Encoding.UTF8.GetString(masked); // invalid UTF-8 becomes U+FFFD
        Hints.See(text);
        return NewLine(LogKind.Output, text, null);
    }

    private LogLine NewLine(LogKind kind, string text, IReadOnlyDictionary<string, string>? properties)
    {
        Recording?.Add(kind, text, properties);
        return NewLineOf(kind, text, properties);
    }

    private LogLine NewLineOf(LogKind kind, string text, IReadOnlyDictionary<string, string>? properties) => new()
    {
        At = time.GetUtcNow(),
        RunId = place.RunId,
        Job = place.Job,
        Step = place.Step,
        Kind = kind,
        Text = text,
        Properties = properties,
    };

    private IReadOnlyDictionary<string, string>? Mask(IReadOnlyDictionary<string, string>? properties)
    {
        if (properties is null or { Count: 0 } || masker.Patterns.IsEmpty)
        {
            return properties;
        }

        var masked = new Dictionary<string, string>(properties.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in properties)
        {
            masked[masker.MaskText(name)] = masker.MaskText(value);
        }

        return masked;
    }
}
