using System.Text.Encodings.Web;
using System.Text.Json;

namespace Strata.Core.Json;

/// <summary>
/// Escapes exactly as <see cref="JavaScriptEncoder.Default"/> does, and asks it from the first character on that may need it: it compiles tables for searching at each start, 4 of the
/// 150 ms of a run, while its sandbox waits for its configuration.
/// </summary>
public sealed unsafe class DeferredEscapes : JavaScriptEncoder
{
    private DeferredEscapes()
    {
    }

    public static JsonWriterOptions Options => new() { Encoder = Instance, SkipValidation = true };

    public static DeferredEscapes Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => Default.MaxOutputCharactersPerInputCharacter;

    public override bool WillEncode(int unicodeScalar) => Default.WillEncode(unicodeScalar);

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var plain = 0;
        while (plain < textLength && IsPlain(text[plain]))
        {
            plain++;
        }

        return plain == textLength ? -1 : At(plain, Default.FindFirstCharacterToEncode(text + plain, textLength - plain));
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        var plain = 0;
        while (plain < utf8Text.Length && IsPlain((char)utf8Text[plain]))
        {
            plain++;
        }

        return plain == utf8Text.Length ? -1 : At(plain, Default.FindFirstCharacterToEncodeUtf8(utf8Text[plain..]));
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten) =>
        Default.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);

    private static bool IsPlain(char symbol) => symbol is >= ' ' and <= '~' and not ('"' or '&' or '\'' or '+' or '<' or '>' or '\\' or '`');

    private static int At(int start, int found) => found < 0 ? found : start + found;
}
