using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Evaluation;

/// <summary>The lines that <c>strata eval</c> prints.</summary>
internal static class EvalResult
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 2 * JsonConversion.DepthMax,
    };

    public static string Of(Value value) => Write(writer =>
    {
        writer.WriteString("kind"u8, value.Kind switch
        {
            ValueKind.Null => "null"u8,
            ValueKind.Boolean => "boolean"u8,
            ValueKind.Number => "number"u8,
            ValueKind.String => "string"u8,
            ValueKind.Array => "array"u8,
            _ => "object"u8,
        });
        writer.WritePropertyName("value"u8);
        WriteValue(writer, value);
    });

    public static string Error(string message, int position) => Write(writer =>
    {
        writer.WriteString("error"u8, message);
        writer.WriteNumber("position"u8, position);
    });

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter writer, Value value)
    {
        switch (value)
        {
            case NullValue:
                writer.WriteNullValue();
                break;
            case BooleanValue boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            case NumberValue number when double.IsFinite(number.Value):
                writer.WriteNumberValue(number.Value);
                break;
            case ArrayValue array:
                writer.WriteStartArray();
                foreach (var item in array.Items)
                {
                    WriteValue(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ObjectValue members:
                writer.WriteStartObject();
                foreach (var (name, member) in members.Members)
                {
                    writer.WritePropertyName(name);
                    WriteValue(writer, member);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteStringValue(value.ToText()); // text; NaN and infinities
                break;
        }
    }
}
