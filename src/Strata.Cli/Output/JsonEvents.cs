using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core.Diagnostics;
using Strata.Execution.Events;
using Strata.Execution.Reporting;

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

    /// <summary>The only line of a run that was refused before it began: it has no id.</summary>
    public static string Refusal(DateTimeOffset at, IEnumerable<Diagnostic> diagnostics) =>
        JsonSerializer.Serialize(new RefusalEvent("refused", at, [.. diagnostics.Select(DiagnosticOutput.ToReport)]), RefusalJson.Default.RefusalEvent);
}

/// <param name="Diagnostics">As <c>validate --json</c> prints them.</param>
internal sealed record RefusalEvent(string Type, DateTimeOffset At, IReadOnlyList<DiagnosticReport> Diagnostics);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RefusalEvent))]
internal sealed partial class RefusalJson : JsonSerializerContext;
