using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>What of a cache key can be seen before it is evaluated: a literal key in full, else the text around its expressions.</summary>
internal static class CacheKeyCheck
{
    public const int KeyLengthMax = 512; // characters

    public static void Check(Located<Template> key, ICollection<Diagnostic> problems)
    {
        var text = LiteralText(key.Value);
        if (key.Value.IsLiteral && string.IsNullOrWhiteSpace(text))
        {
            problems.Add(CacheDeclarationDiagnostics.KeyIsEmpty(key.At));
        }

        if (text.Length > KeyLengthMax)
        {
            problems.Add(CacheDeclarationDiagnostics.KeyTooLong(key.At, text.Length));
        }

        if (text.Contains(','))
        {
            problems.Add(CacheDeclarationDiagnostics.KeyHasComma(key.At));
        }

        if (text.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
        {
            problems.Add(CacheDeclarationDiagnostics.KeyHasLineBreak(key.At));
        }
    }

    /// <summary>The template without its expressions.</summary>
    private static string LiteralText(Template template)
    {
        var text = template.Text;
        if (template.IsLiteral)
        {
            return text;
        }

        foreach (var expression in template.Expressions)
        {
            text = text.Replace($"${{{{{expression.Text}}}}}", "", StringComparison.Ordinal);
        }

        return text;
    }
}
