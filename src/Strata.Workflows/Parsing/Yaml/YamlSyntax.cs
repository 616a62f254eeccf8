using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;
using YamlDotNet.Core;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>The scanner's words for a syntax error, in ours.</summary>
internal static class YamlSyntax
{
    public static Diagnostic Explain(string file, string text, YamlException error)
    {
        var at = new SourceSpan(file, Math.Max(1, (int)error.Start.Line), Math.Max(1, (int)error.Start.Column));
        var anywhere = error.Message.Contains("tab", StringComparison.Ordinal); // then the place is where the mapping begins
        return TabInIndentation(text, at, anywhere) is { } tab
            ? YamlDiagnostics.Tab(tab)
            : YamlDiagnostics.Syntax(at, Sentence(error.Message));
    }

    /// <summary>The place of a tab before the first visible character of that line, or of a later one, or null.</summary>
    private static SourceSpan? TabInIndentation(string text, SourceSpan at, bool orLater)
    {
        var line = 1;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            var tab = content.IndexOf('\t');
            if (line >= at.Line && tab >= 0 && content[..tab].Trim().IsEmpty && !content[tab..].Trim().IsEmpty)
            {
                return at with { Line = line, Column = tab + 1 };
            }

            if (line++ == at.Line && !orLater)
            {
                return null;
            }
        }

        return null;
    }

    private static string Sentence(string message)
    {
        var text = message.Trim().TrimEnd('.');
        return text.Length == 0 ? "The text cannot be read as YAML." : $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
    }
}
