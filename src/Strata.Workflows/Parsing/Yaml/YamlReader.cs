using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>
/// Text to one tree of nodes, in GitHub's dialect: anchors and aliases, no merge keys, no tags, one document. Goes on after a
/// duplicate key or a tag; stops at what breaks the structure or a limit.
/// </summary>
internal sealed class YamlReader
{
    private readonly string _file;
    private readonly string _text;
    private readonly ICollection<Diagnostic> _problems;
    private readonly Parser _events;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal); // null: still open
    private int _nodes;
    private int _aliases;

    private YamlReader(string file, string text, ICollection<Diagnostic> problems)
    {
        (_file, _text, _problems) = (file, text, problems);
        _events = new Parser(new StringReader(text));
    }

    /// <returns>Null when there is no tree to look at; <paramref name="problems"/> then says why.</returns>
    public static YamlNode? Read(string file, ReadOnlySpan<byte> utf8, ICollection<Diagnostic> problems)
    {
        if (SourceDecoding.Decode(file, utf8, problems) is not { } text)
        {
            return null;
        }

        try
        {
            return new YamlReader(file, text, problems).ReadDocument();
        }
        catch (GivenUpException e)
        {
            problems.Add(e.Diagnostic);
        }
        catch (YamlException e)
        {
            problems.Add(YamlSyntax.Explain(file, text, e));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The scanner's own checks do not cover every malformed escape; such a file is still only a bad file.
            problems.Add(YamlDiagnostics.Syntax(new(file, 1, 1), "The text cannot be read as YAML."));
        }

        return null;
    }

    private YamlNode ReadDocument()
    {
        Next(); // stream start
        if (Next() is not DocumentStart)
        {
            throw new GivenUpException(YamlDiagnostics.Empty(_file));
        }

        var root = ReadNode(Next(), 1);
        Next(); // document end
        if (Next() is DocumentStart second)
        {
            _problems.Add(YamlDiagnostics.SeveralDocuments(Place(second.Start)));
        }

        return root is YamlScalar { Kind: YamlKind.Null } ? throw new GivenUpException(YamlDiagnostics.Empty(_file)) : root;
    }

    private ParsingEvent Next() =>
        _events.MoveNext() ? _events.Current! : throw new GivenUpException(YamlDiagnostics.Empty(_file));

    private YamlNode ReadNode(ParsingEvent start, int depth)
    {
        if (start is AnchorAlias alias)
        {
            return ReadAlias(alias);
        }

        if (depth > YamlLimits.DepthMax)
        {
            throw new GivenUpException(YamlDiagnostics.TooDeep(Place(start.Start)));
        }

        Count(1, start.Start);
        if (start is not NodeEvent properties)
        {
            // The scanner lets some unbalanced flow mappings pass.
            throw new GivenUpException(YamlDiagnostics.Syntax(Place(start.Start), "A value is missing here."));
        }

        var anchor = properties.Anchor.IsEmpty ? null : properties.Anchor.Value;
        if (!properties.Tag.IsEmpty)
        {
            _problems.Add(YamlDiagnostics.Tag(Place(start.Start), properties.Tag.IsNonSpecific ? "!" : properties.Tag.Value));
        }

        if (anchor is not null)
        {
            _anchors[anchor] = null;
        }

        YamlNode node = start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadSequence(start, depth),
            _ => ReadMapping(start, depth),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    private YamlNode ReadAlias(AnchorAlias alias)
    {
        var place = Place(alias.Start);
        if (++_aliases > YamlLimits.AliasesMax)
        {
            throw new GivenUpException(YamlDiagnostics.TooManyAliases(place));
        }

        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
        {
            throw new GivenUpException(YamlDiagnostics.UnknownAlias(place, alias.Value.Value, _anchors.Keys));
        }

        if (node is null)
        {
            throw new GivenUpException(YamlDiagnostics.AliasInsideItself(place, alias.Value.Value));
        }

        Count(node.Weight, alias.Start);
        return node;
    }

    private YamlScalar ReadScalar(Scalar scalar)
    {
        if (scalar.Value.Length > YamlLimits.TextLengthMax)
        {
            _problems.Add(YamlDiagnostics.TextTooLong(Place(scalar.Start), scalar.Value.Length));
        }

        var style = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => YamlStyle.SingleQuoted,
            ScalarStyle.DoubleQuoted => YamlStyle.DoubleQuoted,
            ScalarStyle.Literal => YamlStyle.Literal,
            ScalarStyle.Folded => YamlStyle.Folded,
            _ => YamlStyle.Plain,
        };
        return new(scalar.Value, style, _text, (int)scalar.Start.Index, (int)scalar.End.Index, Place(scalar.Start));
    }

    private YamlSequence ReadSequence(ParsingEvent start, int depth)
    {
        var sequence = new YamlSequence(Place(start.Start));
        for (var next = Next(); next is not SequenceEnd; next = Next())
        {
            var item = ReadNode(next, depth + 1);
            sequence.Items.Add(item);
            sequence.Weight += item.Weight;
        }

        return sequence;
    }

    private YamlMapping ReadMapping(ParsingEvent start, int depth)
    {
        var mapping = new YamlMapping(Place(start.Start));
        var names = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            var keyPlace = Place(next.Start);
            var key = ReadNode(next, depth + 1) as YamlScalar;
            var value = ReadNode(Next(), depth + 1);
            mapping.Weight += 1 + value.Weight;
            if (value is YamlScalar { Text: "", Style: YamlStyle.Plain })
            {
                value.At = keyPlace; // nothing stands there: the key is what the user sees
            }

            if (IsUsable(key, keyPlace, names))
            {
                mapping.Entries.Add(new(key!, value));
            }
        }

        return mapping;
    }

    private bool IsUsable(YamlScalar? key, SourceSpan place, Dictionary<string, SourceSpan> names)
    {
        var problem = key switch
        {
            null => YamlDiagnostics.KeyIsNotText(place),
            { Text: "<<", Style: YamlStyle.Plain } => YamlDiagnostics.MergeKey(place),
            { Text.Length: > YamlLimits.KeyLengthMax } => YamlDiagnostics.KeyTooLong(place),
            _ when names.TryGetValue(key.Text, out var first) => YamlDiagnostics.DuplicateKey(place, key.Text, first),
            _ => null,
        };
        if (problem is not null)
        {
            _problems.Add(problem);
            return false;
        }

        names.Add(key!.Text, place);
        return true;
    }

    private void Count(int nodes, Mark at)
    {
        _nodes += nodes;
        if (_nodes > YamlLimits.NodesMax)
        {
            throw new GivenUpException(YamlDiagnostics.TooManyNodes(Place(at)));
        }
    }

    private SourceSpan Place(Mark mark) => new(_file, (int)mark.Line, (int)mark.Column);

    /// <summary>The rest of the file cannot be read.</summary>
    private sealed class GivenUpException(Diagnostic diagnostic) : Exception
    {
        public Diagnostic Diagnostic => diagnostic;
    }
}
