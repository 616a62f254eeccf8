using Strata.Workflows.Expressions;

namespace Strata.Workflows.Schema;

/// <summary>Which YAML scalars a value may be.</summary>
[Flags]
internal enum ScalarTypes
{
    None = 0,
    Text = 1, // GitHub turns numbers and booleans into text where text is wanted
    Number = 2,
    Boolean = 4,
    Null = 8,
}

/// <summary>
/// What may stand at one place of a file. A value may be written in several ways (text, list or mapping); which one it is follows
/// from its YAML kind, so there is at most one of each.
/// </summary>
internal sealed record Shape
{
    private const int FewNames = 12;

    public ScalarTypes Scalars { get; init; }

    /// <summary>What expressions may name here; null where the value is taken as written.</summary>
    public ExpressionSite? Site { get; init; }

    /// <summary>The only texts allowed, or null for any.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>A list of these.</summary>
    public Shape? Items { get; init; }

    /// <summary>A mapping with known keys.</summary>
    public ObjectShape? Object { get; init; }

    /// <summary>A mapping with any keys and values of this shape.</summary>
    public Func<Shape>? Values { get; init; }

    /// <summary>Whether the text or list must hold something.</summary>
    public bool NonEmpty { get; init; }

    /// <summary>Whether a list may be empty although a text may not: GitHub's lists may.</summary>
    public bool EmptyList { get; init; }

    /// <summary>Whether one expression may stand for the whole list or mapping.</summary>
    public bool Computed { get; init; }

    /// <summary>Anything goes, to any depth: matrix values.</summary>
    public bool Free { get; init; }

    /// <summary>A condition: text whose expression marks may be left out.</summary>
    public bool Condition { get; init; }

    /// <summary>What a value may be, for messages: "text or a list".</summary>
    public string Describe()
    {
        List<string> forms = [];
        if (Allowed is { Count: <= FewNames })
        {
            forms.Add($"one of {string.Join(", ", Allowed)}");
        }
        else if (Scalars.HasFlag(ScalarTypes.Text))
        {
            forms.Add("text");
        }

        if (Scalars.HasFlag(ScalarTypes.Number))
        {
            forms.Add("a number");
        }

        if (Scalars.HasFlag(ScalarTypes.Boolean))
        {
            forms.Add("true or false");
        }

        if (Items is not null)
        {
            forms.Add("a list");
        }

        if (Object is not null || Values is not null)
        {
            forms.Add("a mapping");
        }

        if (Computed || (Site is not null && !Scalars.HasFlag(ScalarTypes.Text) && Scalars != ScalarTypes.None))
        {
            forms.Add("an expression");
        }

        return forms.Count <= 1 ? string.Concat(forms) : $"{string.Join(", ", forms.GetRange(0, forms.Count - 1))} or {forms[^1]}";
    }
}

/// <summary>A mapping with known keys.</summary>
/// <param name="Name">With its article, for messages: "a job". The last word names it in the schema.</param>
internal sealed record ObjectShape(string Name, IReadOnlyList<KeyShape> Keys)
{
    public KeyShape? Find(string key)
    {
        foreach (var known in Keys)
        {
            if (known.Name == key)
            {
                return known;
            }
        }

        return null;
    }
}

/// <summary>One key of a mapping.</summary>
/// <param name="Doc">One line for the schema and the reference.</param>
internal sealed record KeyShape(string Name, Shape Value, string Doc)
{
    public bool Required { get; init; }

    /// <summary>The key this is another spelling of.</summary>
    public string? SpellingOf { get; init; }
}
