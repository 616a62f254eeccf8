using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Strata.Core.Json;

/// <summary>Reads one JSON text (RFC 8259): strict, UTF-8, no comments, at most <see cref="DepthMax"/> levels. Of members with one name the last counts, as with the framework's.</summary>
internal ref struct JsonRecordReader(ReadOnlySpan<byte> text)
{
    private const int DepthMax = 64;

    /// <summary>A number that is no 64-bit integer: no record has one, and nothing asks for it.</summary>
    private static readonly object OtherNumber = new();
    private static readonly object True = true, False = false;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    /// <returns>A text, an integer (<see cref="long"/>), a truth value, a <see cref="JsonRecord"/>, a list of such, or null.</returns>
    /// <exception cref="JsonException">It is not well formed, or something follows.</exception>
    public object? Read()
    {
        var value = ReadValue(DepthMax);
        return Peek() == 0 && _at == _text.Length ? value : throw Bad();
    }

    private object? ReadValue(int depth) => Peek() switch
    {
        (byte)'{' => ReadObject(depth),
        (byte)'[' => ReadList(depth),
        (byte)'"' => ReadText(),
        (byte)'t' => Take("true"u8, True),
        (byte)'f' => Take("false"u8, False),
        (byte)'n' => Take("null"u8, null),
        _ => ReadNumber(),
    };

    private JsonRecord ReadObject(int depth)
    {
        Enter(depth);
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var isFirst = true; !Ends((byte)'}', isFirst); isFirst = false)
        {
            var name = Peek() == (byte)'"' ? ReadText() : throw Bad();
            Expect((byte)':');
            members[name] = ReadValue(depth - 1);
        }

        return new(members);
    }

    private List<object?> ReadList(int depth)
    {
        Enter(depth);
        var items = new List<object?>();
        for (var isFirst = true; !Ends((byte)']', isFirst); isFirst = false)
        {
            items.Add(ReadValue(depth - 1));
        }

        return items;
    }

    private void Enter(int depth)
    {
        _at++;
        if (depth == 0)
        {
            throw new JsonException($"The text is nested deeper than {DepthMax} levels.");
        }
    }

    /// <summary>Takes the end, or the comma before what is not the first.</summary>
    private bool Ends(byte end, bool isFirst)
    {
        if (Peek() == end)
        {
            _at++;
            return true;
        }

        if (!isFirst)
        {
            Expect((byte)',');
        }

        return false;
    }

    private string ReadText()
    {
        _at++;
        StringBuilder? result = null; // of a text with escapes
        while (true)
        {
            var start = _at;
            while (Next() is not (byte)'"' and not (byte)'\\')
            {
            }

            var part = Decode(_text[start..(_at - 1)]);
            if (_text[_at - 1] == (byte)'"')
            {
                return result is null ? part : result.Append(part).ToString();
            }

            AppendEscape((result ??= new()).Append(part));
        }
    }

    private void AppendEscape(StringBuilder result)
    {
        var kind = Next();
        var escaped = kind == (byte)'u' ? ReadUnit() : kind switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            (byte)'"' or (byte)'\\' or (byte)'/' => (char)kind,
            _ => throw Bad(),
        };
        result.Append(escaped);
        if (char.IsSurrogate(escaped))
        {
            result.Append(char.IsHighSurrogate(escaped) && Next() == (byte)'\\' && Next() == (byte)'u' && ReadUnit() is var low && char.IsLowSurrogate(low) ? low : throw Bad());
        }
    }

    private char ReadUnit()
    {
        var unit = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = Next();
            unit = (unit << 4) | digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => throw Bad(),
            };
        }

        return (char)unit;
    }

    private object ReadNumber()
    {
        var start = _at;
        Skip((byte)'-');
        var whole = _at;
        var digits = SkipDigits();
        if (digits == 0 || (digits > 1 && _text[whole] == (byte)'0'))
        {
            throw Bad();
        }

        var isInteger = true;
        if (Skip((byte)'.'))
        {
            isInteger = SkipDigits() > 0 ? false : throw Bad();
        }

        if (Skip((byte)'e') || Skip((byte)'E'))
        {
            _ = Skip((byte)'+') || Skip((byte)'-');
            isInteger = SkipDigits() > 0 ? false : throw Bad();
        }

        var number = _text[start.._at];
        return isInteger && Utf8Parser.TryParse(number, out long value, out var length) && length == number.Length ? value : OtherNumber;
    }

    private bool Skip(byte symbol)
    {
        var isThere = _at < _text.Length && _text[_at] == symbol;
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private int SkipDigits()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9')
        {
            _at++;
        }

        return _at - start;
    }

    private object? Take(ReadOnlySpan<byte> word, object? value)
    {
        if (!_text[_at..].StartsWith(word))
        {
            throw Bad();
        }

        _at += word.Length;
        return value;
    }

    private void Expect(byte symbol)
    {
        if (Peek() != symbol)
        {
            throw Bad();
        }

        _at++;
    }

    /// <summary>After white space; 0 at the end.</summary>
    private byte Peek()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : (byte)0;
    }

    /// <summary>In a text, where control characters must be escaped.</summary>
    private byte Next() => _at < _text.Length && _text[_at] >= 0x20 ? _text[_at++] : throw Bad();

    private readonly string Decode(ReadOnlySpan<byte> text)
    {
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw Bad();
        }
    }

    private readonly JsonException Bad() => new($"Not well formed at byte {_at}.");
}
