using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>What of a cache key can be seen before it is evaluated: a literal key in full, else the text around its expressions. A NUL is reported of every text.</summary>
internal static class CacheKeyCheck
{
    public const int KeyLengthMax = 512; // characters, not halves of them
    public const int RollingKeyLengthMax = 400;

    /// <param name="isRolling">What names the run must fit behind it.</param>
    public static void Check(Located<Template> key, ICollection<Diagnostic> problems, bool isRolling = false)
    {
        var text = LiteralText(key.Value);
        if (key.Value.IsLiteral && string.IsNullOrWhiteSpace(text))
        {
            problems.Add(CacheDeclarationDiagnostics.KeyIsEmpty(key.At));
        }

        Check(text, key.At, problems, isRolling ? RollingKeyLengthMax : KeyLengthMax);
        if (text.AsSpan().IndexOfAny('\n', '\r') >= 0)
        {
            problems.Add(CacheDeclarationDiagnostics.KeyHasLineBreak(key.At));
        }
    }

    /// <summary>Each line is one. An empty one is none, or was reported as an empty value.</summary>
    public static void CheckRestoreKey(Located<Template> keys, ICollection<Diagnostic> problems)
    {
        foreach (var line in LiteralText(keys.Value).Split('\n'))
        {
            Check(line.Trim(), keys.At, problems, KeyLengthMax);
        }
    }

    private static void Check(string text, SourceSpan at, ICollection<Diagnostic> problems, int lengthMax)
    {
        if (text.Length > lengthMax && text.EnumerateRunes().Count() is var length && length > lengthMax)
        {
            problems.Add(CacheDeclarationDiagnostics.KeyTooLong(at, length, lengthMax));
        }

        if (text.Contains(','))
        {
            problems.Add(CacheDeclarationDiagnostics.KeyHasComma(at));
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
