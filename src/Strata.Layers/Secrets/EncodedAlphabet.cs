namespace Strata.Layers.Secrets;

/// <summary>What the bytes of a text mean that holds an encoded value. Immutable.</summary>
internal sealed class EncodedAlphabet
{
    /// <summary>The text ends here.</summary>
    public const byte Other = 0;

    public const byte LineEnd = 1;

    /// <summary>May stand before a line's digits.</summary>
    public const byte Indent = 2;

    /// <summary>May stand anywhere.</summary>
    public const byte Separator = 3;

    private readonly byte[] _meaning = new byte[256]; // one of the above, or the digit as forms have it

    private EncodedAlphabet(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> capitals, ReadOnlySpan<byte> blanks, byte blank)
    {
        foreach (var digit in digits)
        {
            _meaning[digit] = digit;
        }

        foreach (var capital in capitals)
        {
            _meaning[capital] = (byte)(capital | 0x20);
        }

        foreach (var between in blanks)
        {
            _meaning[between] = blank;
        }

        (_meaning['\n'], _meaning['\r']) = (LineEnd, Separator);
    }

    public static EncodedAlphabet Base64 { get; } = new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"u8, [], " \t"u8, Indent);

    /// <summary>As xxd, od and openssl write it: with blanks and colons, and small or capital digits.</summary>
    public static EncodedAlphabet Hex { get; } = new("0123456789abcdef"u8, "ABCDEF"u8, " \t:"u8, Separator);

    public byte this[byte text] => _meaning[text];

    /// <summary>Whether a form consists of digits as they are put together.</summary>
    public bool HasAll(ReadOnlySpan<byte> form)
    {
        foreach (var b in form)
        {
            if (_meaning[b] != b)
            {
                return false;
            }
        }

        return true;
    }
}
