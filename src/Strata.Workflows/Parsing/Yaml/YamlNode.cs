using Strata.Core.Diagnostics;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>A YAML value and its place. An alias is the node of its anchor itself, so trees may share nodes but never loop.</summary>
internal abstract class YamlNode(SourceSpan at)
{
    public SourceSpan At { get; internal set; } = at;

    /// <summary>Nodes in this tree with every alias written out.</summary>
    public int Weight { get; internal set; } = 1;

    /// <summary>For "found …" in messages.</summary>
    public abstract string Description { get; }
}

/// <summary>How a scalar is written.</summary>
internal enum YamlStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

internal enum YamlKind
{
    Null,
    Boolean,
    Number,
    Text,
}

internal sealed class YamlScalar(string text, YamlStyle style, string source, int start, int end, SourceSpan at) : YamlNode(at)
{
    private ScalarPlaces? _places;

    /// <summary>As YAML decodes it: quotes, escapes and folding resolved.</summary>
    public string Text => text;

    public YamlStyle Style => style;

    /// <summary>The whole file, and where this scalar stands in it (characters).</summary>
    public string Source => source;

    public int Start => start;

    public int End => end;

    public YamlKind Kind { get; } = style == YamlStyle.Plain ? YamlScalars.KindOf(text) : YamlKind.Text;

    public double Number => YamlScalars.NumberOf(text);

    public bool Boolean => text[0] is 't' or 'T';

    /// <summary>What GitHub makes of the value where text is wanted: null is '', numbers in their shortest form, booleans in lower case.</summary>
    public string Canonical => Kind switch
    {
        YamlKind.Null => "",
        YamlKind.Boolean => Boolean ? "true" : "false",
        YamlKind.Number => YamlScalars.Format(Number),
        _ => text,
    };

    /// <summary>Whether an expression stands in it, closed or not.</summary>
    public bool HasExpression => text.Contains("${{", StringComparison.Ordinal);

    public override string Description => Kind switch
    {
        YamlKind.Null => "nothing",
        YamlKind.Boolean => $"the boolean {text}",
        YamlKind.Number => $"the number {text}",
        _ when HasExpression => "an expression",
        _ => "text",
    };

    /// <summary>The place of one character of <see cref="Text"/> in the file.</summary>
    public SourceSpan PlaceOf(int offset) => (_places ??= new(this)).Find(offset);
}

/// <summary>Characters of the source, without white space at the end. Of an alias: the alias itself.</summary>
internal readonly record struct TextRange(int Start, int End);

internal sealed class YamlSequence(SourceSpan at) : YamlNode(at)
{
    public List<YamlNode> Items { get; } = [];

    /// <summary>Where each item stands.</summary>
    public List<TextRange> Ranges { get; } = [];

    public bool IsFlow { get; init; }

    public override string Description => "a list";
}

internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value)
{
    public TextRange KeyRange { get; init; }

    public TextRange ValueRange { get; init; }
}

internal sealed class YamlMapping(SourceSpan at) : YamlNode(at)
{
    public bool IsFlow { get; init; }

    /// <summary>In document order; keys are unique.</summary>
    public List<YamlEntry> Entries { get; } = [];

    public override string Description => "a mapping";

    public YamlNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry.Value;
            }
        }

        return null;
    }

    public YamlScalar? FindKey(string key) => FindEntry(key)?.Key;

    public YamlEntry? FindEntry(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry;
            }
        }

        return null;
    }
}
