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
    private readonly YamlMarks _marks;
    private readonly ICollection<Diagnostic> _problems;
    private readonly Parser _events;
    private readonly YamlAnchors _anchors;
    private readonly Stack<SourceSpan> _openFlows = new();
    private int _nodes;
    private SourceSpan _read; // up to here the events came

    private YamlReader(string file, string text, ICollection<Diagnostic> problems)
    {
        (_file, _text, _problems) = (file, text, problems);
        _events = new Parser(new StringReader(text));
        _anchors = new(file);
        _marks = new(file, text);
        _read = new(file, 1, 1);
    }

    /// <returns>Null when there is no tree to look at; <paramref name="problems"/> then says why.</returns>
    public static YamlNode? Read(string file, ReadOnlySpan<byte> utf8, ICollection<Diagnostic> problems)
    {
        if (SourceDecoding.Decode(file, utf8, problems) is not { } text)
        {
            return null;
        }

        var reader = new YamlReader(file, text, problems);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlGivenUpException e)
        {
            problems.Add(e.Diagnostic);
        }
        catch (YamlException e)
        {
            problems.Add(YamlSyntax.Explain(file, text, e));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The scanner's own checks do not cover every malformed escape or open bracket; such a file is still only a bad file.
            problems.Add(YamlDiagnostics.Syntax(reader._read, reader._openFlows.TryPeek(out var open)
                ? $"It cannot be read from here on; the bracket of {open.Line}:{open.Column} is still open."
                : "It cannot be read from here on."));
        }

        return null;
    }

    private YamlNode ReadDocument()
    {
        Next(); // stream start
        if (Next() is not DocumentStart)
        {
            throw new YamlGivenUpException(YamlDiagnostics.Empty(_file));
        }

        var (root, _) = ReadNode(Next(), 1);
        Next(); // document end
        if (Next() is DocumentStart second)
        {
            _problems.Add(YamlDiagnostics.SeveralDocuments(_marks.Place(second.Start)));
        }

        return root is YamlScalar { Kind: YamlKind.Null } ? throw new YamlGivenUpException(YamlDiagnostics.Empty(_file)) : root;
    }

    private ParsingEvent Next()
    {
        if (!_events.MoveNext())
        {
            throw new YamlGivenUpException(YamlDiagnostics.Empty(_file));
        }

        _read = _marks.Place(_events.Current!.End);
        return _events.Current;
    }

    private (YamlNode Node, TextRange Range) ReadNode(ParsingEvent start, int depth)
    {
        if (start is AnchorAlias alias)
        {
            var node = _anchors.Resolve(alias);
            Count(node.Weight, alias.Start);
            return (node, _marks.Range(alias.Start, alias.End));
        }

        if (depth > YamlLimits.DepthMax)
        {
            throw new YamlGivenUpException(YamlDiagnostics.TooDeep(_marks.Place(start.Start)));
        }

        Count(1, start.Start);
        if (start is not NodeEvent properties)
        {
            // The scanner lets some unbalanced flow mappings pass.
            throw new YamlGivenUpException(YamlDiagnostics.Syntax(_marks.Place(start.Start), "A value is missing here."));
        }

        if (!properties.Tag.IsEmpty)
        {
            _problems.Add(YamlDiagnostics.Tag(_marks.Place(start.Start), properties.Tag.IsNonSpecific ? "!" : properties.Tag.Value));
        }

        _anchors.Open(properties.Anchor);
        var read = start switch
        {
            Scalar scalar => (ReadScalar(scalar), _marks.Range(scalar.Start, scalar.End)),
            SequenceStart sequence => ReadSequence(sequence, depth),
            _ => ReadMapping((MappingStart)start, depth),
        };
        _anchors.Close(properties.Anchor, read.Item1);
        return read;
    }

    private YamlScalar ReadScalar(Scalar scalar)
    {
        if (scalar.Value.Length > YamlLimits.TextLengthMax)
        {
            _problems.Add(YamlDiagnostics.TextTooLong(_marks.Place(scalar.Start), scalar.Value.Length));
        }

        var style = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => YamlStyle.SingleQuoted,
            ScalarStyle.DoubleQuoted => YamlStyle.DoubleQuoted,
            ScalarStyle.Literal => YamlStyle.Literal,
            ScalarStyle.Folded => YamlStyle.Folded,
            _ => YamlStyle.Plain,
        };
        var read = new YamlScalar(scalar.Value, style, _text, (int)scalar.Start.Index, (int)scalar.End.Index, _marks.Place(scalar.Start));
        if (scalar.Value.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var zero)
        {
            _problems.Add(YamlDiagnostics.Zero(read.PlaceOf(zero)));
        }

        return read;
    }

    private (YamlNode Node, TextRange Range) ReadSequence(SequenceStart start, int depth)
    {
        var sequence = new YamlSequence(_marks.Place(start.Start)) { IsFlow = start.Style == SequenceStyle.Flow };
        Open(sequence.IsFlow, sequence.At);
        var end = (int)start.Start.Index;
        var next = Next();
        for (; next is not SequenceEnd; next = Next())
        {
            var (item, range) = ReadNode(next, depth + 1);
            sequence.Items.Add(item);
            sequence.Ranges.Add(range);
            sequence.Weight += item.Weight;
            end = Math.Max(end, range.End);
        }

        Close(sequence.IsFlow);
        return (sequence, _marks.CollectionRange(start.Start, end, next.Start, ']'));
    }

    private (YamlNode Node, TextRange Range) ReadMapping(MappingStart start, int depth)
    {
        var mapping = new YamlMapping(_marks.Place(start.Start)) { IsFlow = start.Style == MappingStyle.Flow };
        Open(mapping.IsFlow, mapping.At);
        var keys = new YamlKeys(_problems);
        (TextRange Range, SourceSpan At)? first = null;
        var end = (int)start.Start.Index;
        var next = Next();
        for (; next is not MappingEnd; next = Next())
        {
            var keyPlace = _marks.Place(next.Start);
            var (keyNode, keyRange) = ReadNode(next, depth + 1);
            var (value, valueRange) = ReadNode(Next(), depth + 1);
            mapping.Weight += 1 + value.Weight;
            if (value is YamlScalar { Text: "", Style: YamlStyle.Plain })
            {
                value.At = keyPlace; // nothing stands there: the key is what the user sees
                valueRange = valueRange.End > valueRange.Start ? valueRange : new(keyRange.End, keyRange.End);
            }

            first ??= (keyRange, keyPlace);
            end = Math.Max(end, Math.Max(keyRange.End, valueRange.End));
            if (keys.Accept(keyNode as YamlScalar, keyPlace))
            {
                mapping.Entries.Add(new((YamlScalar)keyNode, value) { KeyRange = keyRange, ValueRange = valueRange });
            }
        }

        Close(mapping.IsFlow);
        var range = _marks.CollectionRange(start.Start, end, next.Start, '}');
        if (mapping.IsFlow && first is { } key && !_marks.IsAt(next.Start, '}'))
        {
            (range, mapping.At) = (range with { Start = key.Range.Start }, key.At); // a pair without braces: the scanner gives it no place
        }

        return (mapping, range);
    }

    private void Open(bool isFlow, SourceSpan at)
    {
        if (isFlow)
        {
            _openFlows.Push(at);
        }
    }

    private void Close(bool isFlow)
    {
        if (isFlow)
        {
            _openFlows.Pop();
        }
    }

    private void Count(int nodes, Mark at)
    {
        _nodes += nodes;
        if (_nodes > YamlLimits.NodesMax)
        {
            throw new YamlGivenUpException(YamlDiagnostics.TooManyNodes(_marks.Place(at)));
        }
    }
}
