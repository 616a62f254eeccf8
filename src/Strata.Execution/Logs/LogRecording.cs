using Strata.Execution.Events;

namespace Strata.Execution.Logs;

/// <summary>The lines of a step's log, masked, as they were shown: so that they can be shown again. What is over the limit is left out.</summary>
internal sealed class LogRecording
{
    /// <summary>Characters.</summary>
    public const int SizeMax = 1 << 20;

    private readonly List<RecordedLine> _lines = [];
    private int _size;

    public IReadOnlyList<RecordedLine> Lines => _lines;

    /// <summary>Lines that were left out.</summary>
    public long Cut { get; private set; }

    public void Add(LogKind kind, string text, IReadOnlyDictionary<string, string>? properties)
    {
        _size += text.Length + 1;
        if (_size > SizeMax)
        {
            Cut++;
            return;
        }

        _lines.Add(new(kind, text, properties));
    }
}

/// <param name="Properties">Of an annotation.</param>
internal sealed record RecordedLine(LogKind Kind, string Text, IReadOnlyDictionary<string, string>? Properties);
