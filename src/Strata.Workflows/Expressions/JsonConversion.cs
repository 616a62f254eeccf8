using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.Workflows.Expressions;

/// <summary>JSON to values and back.</summary>
internal static class JsonConversion
{
    public const int DepthMax = 64; // levels; the JSON reader's own default

    /// <summary>Members keep their order; of members with the same name the last one's value counts.</summary>
    /// <exception cref="ExpressionException">It is no JSON.</exception>
    public static Value Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <inheritdoc cref="Parse(string)"/>
    public static Value Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new ExpressionException("The text to read as JSON is empty.");
        }

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
            reader.Read();
            var value = ReadValue(ref reader);
            reader.Read(); // anything after the value is an error
            return value;
        }
        catch (JsonException e)
        {
            var place = $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
            throw new ExpressionException($"The text is not JSON, at its {place}: {FirstSentence(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            throw new ExpressionException("The text is not JSON: it has half a surrogate pair."); // what GetString says of \ud800 alone
        }
    }

    public static Value FromJson(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return Value.Null;
            case JsonArray array:
                var items = new List<Value>(array.Count);
                foreach (var item in array)
                {
                    items.Add(FromJson(item));
                }

                return new ArrayValue(items);
            case JsonObject members:
                var values = new List<KeyValuePair<string, Value>>(members.Count);
                foreach (var (name, value) in members)
                {
                    values.Add(new(name, FromJson(value)));
                }

                return new ObjectValue(values);
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.True => Value.True,
                    JsonValueKind.False => Value.False,
                    JsonValueKind.String when node.AsValue().TryGetValue<string>(out var text) => Value.From(text),
                    JsonValueKind.String => Parse(node.ToJsonString()), // made of a type that JSON writes as text
                    JsonValueKind.Number => Value.From(ToDouble(node.AsValue())),
                    _ => Value.Null,
                };
        }
    }

    public static JsonNode? ToJson(Value value) => value switch
    {
        NullValue => null,
        BooleanValue boolean => JsonValue.Create(boolean.Value),
        NumberValue number when double.IsFinite(number.Value) => JsonValue.Create(number.Value),
        StringValue or NumberValue => JsonValue.Create(value.ToText()),
        ArrayValue array => new JsonArray([.. array.Items.Select(ToJson)]),
        _ => ToJsonObject((ObjectValue)value),
    };

    private static JsonObject ToJsonObject(ObjectValue members)
    {
        var json = new JsonObject();
        foreach (var (name, value) in members.Members)
        {
            json[name] = ToJson(value);
        }

        return json;
    }

    private static Value ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                var items = new List<Value>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader));
                }

                return new ArrayValue(items);
            case JsonTokenType.StartObject:
                var members = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    members[name] = ReadValue(ref reader);
                }

                return new ObjectValue(members);
            case JsonTokenType.String:
                return Value.From(reader.GetString());
            case JsonTokenType.Number:
                return Value.From(reader.GetDouble());
            default:
                return reader.TokenType switch
                {
                    JsonTokenType.True => Value.True,
                    JsonTokenType.False => Value.False,
                    _ => Value.Null,
                };
        }
    }

    /// <summary>A node may hold any number type, or the text of one.</summary>
    private static double ToDouble(JsonValue number) =>
        number.TryGetValue<double>(out var value) ? value : Coercion.ParseNumber(number.ToJsonString());

    /// <summary>The serializer adds its own line and byte position to what it says.</summary>
    private static string FirstSentence(string message) => message.Split(" LineNumber:")[0];
}
