using System.Text;

namespace Strata.Core.Globs;

/// <summary>What stands between two slashes of a pattern: <c>*</c>, <c>?</c>, <c>[set]</c>, <c>\x</c> for x itself, and plain characters.</summary>
internal sealed class GlobSegment
{
    private readonly Element[] _elements;

    private GlobSegment(string text, Element[] elements, string? literal)
    {
        Text = text;
        _elements = elements;
        Literal = literal;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The name it matches, if it is only one.</summary>
    public string? Literal { get; }

    private enum ElementKind
    {
        Character,
        AnyCharacter,
        AnyText,
        Set,
    }

    public static GlobSegment Parse(ReadOnlySpan<char> text)
    {
        var elements = new List<Element>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length:
                    elements.Add(new(ElementKind.Character, text[++i]));
                    break;
                case '*':
                    if (elements is not [.., { Kind: ElementKind.AnyText }])
                    {
                        elements.Add(new(ElementKind.AnyText));
                    }

                    break;
                case '?':
                    elements.Add(new(ElementKind.AnyCharacter));
                    break;
                case '[' when GlobCharacterSet.TryParse(text[i..], out var set, out var length):
                    elements.Add(set.Single is { } single ? new(ElementKind.Character, single) : new(ElementKind.Set, default, set));
                    i += length - 1;
                    break;
                default:
                    elements.Add(new(ElementKind.Character, text[i]));
                    break;
            }
        }

        return new(text.ToString(), [.. elements], LiteralOf(elements));
    }

    /// <summary>Steps back to the last star alone, so the work is at most name × pattern.</summary>
    public bool Matches(ReadOnlySpan<char> name)
    {
        if (Literal is not null)
        {
            return name.SequenceEqual(Literal);
        }

        var (element, character) = (0, 0);
        var (starElement, starCharacter) = (-1, 0);
        while (character < name.Length)
        {
            if (element < _elements.Length && _elements[element].Kind == ElementKind.AnyText)
            {
                (starElement, starCharacter) = (element++, character);
            }
            else if (element < _elements.Length && _elements[element].MatchesOne(name[character]))
            {
                element++;
                character++;
            }
            else if (starElement >= 0)
            {
                element = starElement + 1;
                character = ++starCharacter;
            }
            else
            {
                return false;
            }
        }

        while (element < _elements.Length && _elements[element].Kind == ElementKind.AnyText)
        {
            element++;
        }

        return element == _elements.Length;
    }

    private static string? LiteralOf(List<Element> elements)
    {
        var literal = new StringBuilder(elements.Count);
        foreach (var element in elements)
        {
            if (element.Kind != ElementKind.Character)
            {
                return null;
            }

            literal.Append(element.Character);
        }

        return literal.ToString();
    }

    private readonly record struct Element(ElementKind Kind, char Character = default, GlobCharacterSet? Set = null)
    {
        public bool MatchesOne(char c) => Kind switch
        {
            ElementKind.Character => c == Character,
            ElementKind.AnyCharacter => true,
            _ => Set!.Contains(c),
        };
    }
}
