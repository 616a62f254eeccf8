using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.Core.Json;

/// <summary>
/// JSON with one spelling for each value: members sorted by ordinal name, no white space, minimal escapes. For what is hashed
/// (key manifests). Numbers must be integers: floating point has more than one spelling.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = false };

    public static Digest DigestOf(JsonNode? node) => Digest.Of(Write(node));

    public static byte[] Write(JsonNode? node)
    {
        var text = new ArrayBufferWriter<byte>();
        Write(text, node);
        return text.WrittenSpan.ToArray();
    }

    private static List<string> SortedNames(JsonObject members)
    {
        var names = new List<string>(members.Count);
        foreach (var (name, _) in members)
        {
            names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static void Write(ArrayBufferWriter<byte> text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                text.Write("{"u8);
                foreach (var name in SortedNames(members))
                {
                    Separate(text, (byte)'{');
                    WriteText(text, name);
                    text.Write(":"u8);
                    Write(text, members[name]);
                }

                text.Write("}"u8);
                break;
            case JsonArray items:
                text.Write("["u8);
                for (var i = 0; i < items.Count; i++)
                {
                    Separate(text, (byte)'[');
                    Write(text, items[i]);
                }

                text.Write("]"u8);
                break;
            case JsonValue value:
                WriteValue(text, value);
                break;
            default:
                text.Write("null"u8);
                break;
        }
    }

    private static void Separate(ArrayBufferWriter<byte> text, byte start)
    {
        if (text.WrittenSpan[^1] != start)
        {
            text.Write(","u8);
        }
    }

    private static void WriteValue(ArrayBufferWriter<byte> text, JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.Number:
                var digits = text.GetSpan(20); // of the least there is
                text.Advance(ToInteger(value).TryFormat(digits, out var length, default, CultureInfo.InvariantCulture) ? length : throw new InvalidOperationException("An integer has more than 20 digits."));
                break;
            case JsonValueKind.True:
                text.Write("true"u8);
                break;
            case JsonValueKind.False:
                text.Write("false"u8);
                break;
            case JsonValueKind.String when value.TryGetValue(out string? content):
                WriteText(text, content);
                break;
            default:
                using (var writer = new Utf8JsonWriter(text, Options))
                {
                    value.WriteTo(writer);
                }

                break;
        }
    }

    /// <summary>What needs no escape is copied: the framework's writer takes milliseconds to load, and most keys hold nothing else.</summary>
    private static void WriteText(ArrayBufferWriter<byte> text, string value)
    {
        foreach (var symbol in value)
        {
            if (symbol is < ' ' or > '~' or '"' or '\\')
            {
                using var writer = new Utf8JsonWriter(text, Options);
                writer.WriteStringValue(value);
                return;
            }
        }

        text.Write("\""u8);
        text.Advance(Encoding.ASCII.GetBytes(value, text.GetSpan(value.Length)));
        text.Write("\""u8);
    }

    /// <summary>From the text: a node made in code answers for the one number type it was made of alone.</summary>
    private static long ToInteger(JsonValue number) =>
        long.TryParse(number.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? integer
            : throw new ArgumentException($"{number.ToJsonString()} is no 64-bit integer.", nameof(number));
}
