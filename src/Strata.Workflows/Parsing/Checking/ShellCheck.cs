using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>A <c>shell:</c> that is written out.</summary>
internal static class ShellCheck
{
    private static readonly string[] Known = ["bash", "sh", "python"];

    /// <returns>An error, or a warning that it is not supported here; null if it is fine or not known before the run.</returns>
    public static Diagnostic? Problem(Located<Template> shell)
    {
        if (!shell.Value.IsLiteral)
        {
            return null;
        }

        var text = shell.Value.Text;
        return text switch
        {
            "bash" or "sh" or "python" => null,
            "pwsh" or "powershell" or "cmd" => UnsupportedDiagnostics.Shell(shell.At, text),
            _ when text.Contains("{0}", StringComparison.Ordinal) => null,
            _ => StructureDiagnostics.NotAllowed(shell.At, "'shell'", text, [.. Known, "a command line with {0}"]),
        };
    }
}
