using Strata.Core.Globs;

namespace Strata.Execution.Actions;

/// <summary>
/// The <c>pattern</c> of actions/download-artifact, as minimatch reads it: <c>*</c>, <c>?</c>, <c>[set]</c>, <c>{a,b}</c>, and a leading <c>!</c> for all names that do
/// not match.
/// </summary>
internal sealed class ArtifactNamePattern
{
    private const int AlternativesMax = 1000; // braces after braces multiply

    private readonly IReadOnlyList<GlobPattern> _alternatives;
    private readonly bool _isNegated;

    private ArtifactNamePattern(IReadOnlyList<GlobPattern> alternatives, bool isNegated) => (_alternatives, _isNegated) = (alternatives, isNegated);

    /// <returns>Null: the problem says why, in one sentence.</returns>
    public static (ArtifactNamePattern? Pattern, string? Problem) Parse(string text)
    {
        if (text.Length > GlobPattern.LengthMax)
        {
            return (null, $"it is longer than {GlobPattern.LengthMax} characters.");
        }

        var rest = text.TrimStart('!');
        var expanded = Expand(rest).Take(AlternativesMax + 1).ToList();
        if (expanded.Count > AlternativesMax)
        {
            return (null, $"its braces stand for more than {AlternativesMax} patterns.");
        }

        var alternatives = new List<GlobPattern>(expanded.Count);
        foreach (var alternative in expanded)
        {
            if (Unsupported(alternative) is { } unsupported)
            {
                return (null, unsupported);
            }

            // Only at the very beginning does ! mean something, and ~ nowhere.
            var (pattern, problem) = GlobPattern.Parse(alternative is ['!' or '~' or '/', ..] ? $"\\{alternative}" : alternative);
            if (pattern is null)
            {
                return (null, problem!.Message);
            }

            alternatives.Add(pattern);
        }

        return (new(alternatives, (text.Length - rest.Length) % 2 == 1), null);
    }

    public bool Matches(string name) => _isNegated != _alternatives.Any(pattern => pattern.Matches(name));

    /// <summary>The texts that the braces stand for; braces without a comma are themselves.</summary>
    private static IEnumerable<string> Expand(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '{' && Alternatives(text, i) is { Count: > 1 } alternatives)
            {
                var end = i + 1 + alternatives.Sum(static a => a.Length + 1); // after the closing brace
                foreach (var alternative in alternatives.SelectMany(Expand))
                {
                    foreach (var rest in Expand(text[end..]))
                    {
                        yield return $"{text.AsSpan(0, i)}{alternative}{rest}";
                    }
                }

                yield break;
            }
        }

        yield return text;
    }

    /// <summary>What stands between the commas of the braces that begin there; empty where they do not end.</summary>
    private static List<string> Alternatives(string text, int begin)
    {
        var found = new List<string>();
        var (depth, start) = (0, begin + 1);
        for (var i = begin + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when depth > 0:
                    depth--;
                    break;
                case '}' or ',' when depth == 0:
                    found.Add(text[start..i]);
                    start = i + 1;
                    if (text[i] == '}')
                    {
                        return found;
                    }

                    break;
            }
        }

        return [];
    }

    /// <summary>What minimatch knows beside that: taken as ordinary characters it would quietly match something else.</summary>
    private static string? Unsupported(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '?' or '*' or '+' or '@' or '!' when i + 1 < text.Length && text[i + 1] == '(':
                    return $"'{text[i]}(…)' is not supported: write {{a,b}}.";
                case '{' when text.IndexOf("..", i, StringComparison.Ordinal) is > 0 and var dots && text.IndexOf('}', dots) > 0:
                    return "'{1..3}' is not supported: write {1,2,3}.";
            }
        }

        return null;
    }
}
