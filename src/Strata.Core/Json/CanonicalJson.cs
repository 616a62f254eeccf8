using System.Buffers;
using System.Globalization;
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
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(writer, node);
        }

        return buffer.WrittenSpan.ToArray();
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

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                writer.WriteStartObject();
                foreach (var name in SortedNames(members))
                {
                    writer.WritePropertyName(name);
                    Write(writer, members[name]);
                }

                writer.WriteEndObject();
                break;
            case JsonArray items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                writer.WriteNumberValue(ToInteger(value));
                break;
            case JsonValue value:
                value.WriteTo(writer);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>From the text: a node made in code answers for the one number type it was made of alone.</summary>
    private static long ToInteger(JsonValue number) =>
        long.TryParse(number.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? integer
            : throw new ArgumentException($"{number.ToJsonString()} is no 64-bit integer.", nameof(number));
}
