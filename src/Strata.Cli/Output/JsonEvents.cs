using System.Buffers;
using System.Text.Json;
using Strata.Core.Diagnostics;
using Strata.Execution.Events;

namespace Strata.Cli.Output;

/// <summary>Events as JSON lines on stdout (<c>run --json</c>). Diagnostics go to stderr, as always.</summary>
internal sealed class JsonEvents(Stream stdout, Action<Diagnostic> onDiagnostic) : IRunObserver
{
    private readonly ArrayBufferWriter<byte> _line = new();

    public void On(RunEvent e)
    {
        _line.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_line))
        {
            JsonSerializer.Serialize(writer, e, RunJson.Default.RunEvent);
        }

        _line.Write("\n"u8);
        stdout.Write(_line.WrittenSpan);
        stdout.Flush();
    }

    public void On(Diagnostic diagnostic) => onDiagnostic(diagnostic);
}
