using Strata.Core.Diagnostics;
using Strata.Execution.Reporting;

namespace Strata.Cli.Output;

/// <summary>Diagnostics for people (stderr) and for programs.</summary>
internal static class DiagnosticOutput
{
    public static void Print(IEnumerable<Diagnostic> diagnostics, Terminal terminal)
    {
        foreach (var diagnostic in diagnostics)
        {
            Print(diagnostic, terminal);
        }
    }

    public static void Print(Diagnostic diagnostic, Terminal terminal) => Console.Error.WriteLine(Format(diagnostic, terminal));

    public static string Format(Diagnostic diagnostic, Terminal terminal)
    {
        var text = Terminal.Printable(diagnostic.ToString());
        if (!terminal.UseColor)
        {
            return text;
        }

        var word = $"{diagnostic.SeverityName} {diagnostic.Code}";
        var color = diagnostic.Severity switch { Severity.Error => Color.Red, Severity.Warning => Color.Yellow, _ => Color.Cyan };
        var at = text.IndexOf(word, StringComparison.Ordinal);
        return string.Concat(text.AsSpan(0, at), terminal.Paint(word, color), text.AsSpan(at + word.Length));
    }

    public static DiagnosticReport ToReport(Diagnostic d) =>
        new(d.Code, d.SeverityName, d.Message, d.At?.File, d.At?.Line, d.At?.Column, d.Help);
}
