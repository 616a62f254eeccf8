using Strata.Images.Recipes;

namespace Strata.Images.Keys;

/// <summary>Which args a step sees: those of its own, and those of its recipe that stand as a word in its command (<c>$NAME</c>, <c>${NAME}</c>, <c>NAME</c>).</summary>
internal static class NamedArgs
{
    /// <param name="defaults">The recipe's; the step's own count before them.</param>
    public static IReadOnlyDictionary<string, string> Of(RecipeStep.Run step, IReadOnlyDictionary<string, string> defaults)
    {
        var named = new Dictionary<string, string>(step.Args, StringComparer.Ordinal);
        if (defaults.Count == 0)
        {
            return named;
        }

        foreach (var (name, value) in defaults)
        {
            if (IsWordIn(step.Command, name))
            {
                named.TryAdd(name, value);
            }
        }

        return named;
    }

    private static bool IsWordIn(ReadOnlySpan<char> text, ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
        {
            return false;
        }

        for (var start = 0; text[start..].IndexOf(name) is var at and >= 0; start += at + 1)
        {
            var end = start + at + name.Length;
            if ((start + at == 0 || !IsIdentifier(text[start + at - 1])) && (end == text.Length || !IsIdentifier(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsIdentifier(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
