using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Json;

namespace Strata.Core.Tests.Json;

public sealed class JsonRecordTests
{
    private static readonly JsonDocumentOptions AsStrict = new() { MaxDepth = 64 };

    [Fact]
    public void Values_are_found_by_name()
    {
        var record = Parse("""
            { "text": "a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é", "number": -9223372036854775808, "list": ["x", "y"], "byName": {"k": "v"}, "records": [{"a": "1"}, {}],
              "time": "2026-11-22T10:11:12.123+01:00", "null": null, "true": true, "twice": "first", "twice": "second" }
            """);

        record.Text("text").ShouldBe("a\"\\/\b\f\n\r\té😀é");
        record.Number("number").ShouldBe(long.MinValue);
        record.Texts("list").ShouldBe(["x", "y"]);
        record.TextsByName("byName").ShouldBe(new Dictionary<string, string> { ["k"] = "v" });
        record.Records("records")!.Select(inner => inner.Text("a")).ShouldBe(["1", null]);
        record.Time("time").ShouldBe(new DateTimeOffset(2026, 11, 22, 10, 11, 12, 123, TimeSpan.FromHours(1)));
        record.Text("twice").ShouldBe("second");
        record.Has("true").ShouldBeTrue();
        record.Has("null").ShouldBeFalse();
        record.Text("null").ShouldBeNull();
        record.Number("absent").ShouldBeNull();
    }

    [Fact]
    public void A_value_of_another_kind_makes_the_record_unreadable()
    {
        var record = Parse("""{ "n": 1, "big": 9223372036854775808, "fraction": 1.0, "t": "x", "mixed": ["a", 1], "o": {"a": 1}, "true": true }""");

        foreach (var ask in (Action[])[
            () => record.Text("n"), () => record.Number("t"), () => record.Number("big"), () => record.Number("fraction"), () => record.Number("true"), () => record.Texts("t"),
            () => record.Texts("mixed"), () => record.Records("mixed"), () => record.TextsByName("o"), () => record.TextsByName("mixed"), () => record.Time("t")])
        {
            Should.Throw<JsonException>(ask);
        }

        Should.Throw<JsonException>(() => Parse("[]"));
        Should.Throw<JsonException>(() => JsonRecord.ParseList("{}"u8));
        Should.Throw<JsonException>(() => JsonRecord.ParseList("[1]"u8));
    }

    [Fact]
    public void What_no_text_may_nest_is_refused()
    {
        Should.NotThrow(() => JsonRecord.ParseList(Encoding.UTF8.GetBytes($"[{{\"a\":{new string('[', 62)}{new string(']', 62)}}}]")));
        Should.Throw<JsonException>(() => JsonRecord.ParseList(Encoding.UTF8.GetBytes($"[{{\"a\":{new string('[', 63)}{new string(']', 63)}}}]")));
        Should.Throw<JsonException>(() => Parse("{\"a\":" + new string('[', 1_000_000)));
    }

    [Theory]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("-01")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("+1")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" 1}")]
    [InlineData("{a:1}")]
    [InlineData("\"\u001f\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\ud800\\u0041\"")]
    [InlineData("\"\\ude00\"")]
    [InlineData("\"no end")]
    [InlineData("tru")]
    [InlineData("truex")]
    [InlineData("NaN")]
    [InlineData("1}")]
    [InlineData("")]
    public void What_is_no_JSON_is_refused_as_by_the_framework(string value)
    {
        var text = Encoding.UTF8.GetBytes($"{{\"v\":{value}}}");
        Theirs(text).ShouldBeNull();
        Ours(text).ShouldBeNull();
    }

    [Theory]
    [InlineData("-0")]
    [InlineData("0")]
    [InlineData("1E5")]
    [InlineData("0.5e-3")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData(" [ ] ")]
    [InlineData("\t{ }\r\n")]
    [InlineData("\"\\u00E9\\ud83d\\ude00\"")]
    public void What_is_JSON_is_read_as_by_the_framework(string value)
    {
        var text = Encoding.UTF8.GetBytes($"{{\"v\":{value}}}");
        Ours(text).ShouldNotBeNull().ShouldBe(Theirs(text));
    }

    /// <summary>Texts with a byte or two changed: taken exactly where the framework takes them, and then for the same.</summary>
    [Fact]
    public void It_reads_what_the_framework_reads()
    {
        var samples = Gen.Sized(size => NodeOf(Math.Min(size, 4))).Select(node => Encoding.UTF8.GetBytes(new JsonObject { ["v"] = node }.ToJsonString()));
        var changes = from at in Gen.Choose(0, int.MaxValue) from to in Gen.Elements("{}[]\",:\\u0129eE.+-tfn \n\u0001\u001f\u00ff"u8.ToArray()) select (at, to);
        var changed = from text in samples
                      from count in Gen.Choose(0, 2)
                      from edits in Gen.ListOf(changes, count)
                      select edits.Aggregate(text, static (bytes, edit) => { bytes = [.. bytes]; bytes[edit.at % bytes.Length] = edit.to; return bytes; });

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(changed.ToArbitrary(), text =>
        {
            var theirs = Theirs(text);
            var ours = Ours(text);
            return theirs == ours ? true : throw new InvalidOperationException($"{Encoding.UTF8.GetString(text)}: {theirs ?? "refused"} but {ours ?? "refused"}");
        }));
    }

    private static JsonRecord Parse(string text) => JsonRecord.Parse(Encoding.UTF8.GetBytes(text));

    private static Gen<JsonNode?> NodeOf(int depth)
    {
        var text = Gen.Elements("", "a", "é\"\\", "\u0001\n", "😀", "long enough to be looked at in parts");
        var leaf = Gen.OneOf(
            text.Select(value => (JsonNode?)JsonValue.Create(value)), Gen.Elements(0L, -1, 10, long.MaxValue, long.MinValue).Select(value => (JsonNode?)JsonValue.Create(value)),
            Gen.Elements<JsonNode?>(JsonValue.Create(true), JsonValue.Create(false), null).Select(value => value?.DeepClone()), Gen.Constant((JsonNode?)JsonValue.Create(1.5e30)).Select(value => value?.DeepClone()));
        return depth == 0 ? leaf : Gen.OneOf(
            leaf, Gen.ListOf(NodeOf(depth - 1), 3).Select(items => (JsonNode?)new JsonArray([.. items])),
            (from name in text from value in NodeOf(depth - 1) select (JsonNode?)new JsonObject { [name] = value }));
    }

    /// <summary>Null: refused, or text that is no Unicode.</summary>
    private static string? Theirs(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, AsStrict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Show(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Ours(byte[] text)
    {
        try
        {
            return Show(new JsonRecordReader(text).Read()) is ['{', ..] shown ? shown : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).OrderBy(same => same.Key, StringComparer.Ordinal).Select(same => $"{same.Key}={string.Join("", same.Select(member => Show(member.Value)).TakeLast(1))}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Show))}]",
        JsonValueKind.String => $"'{value.GetString()}'",
        JsonValueKind.Number => value.TryGetInt64(out var number) && !value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? $"{number}" : "other",
        JsonValueKind.Null => "null",
        var kind => kind.ToString(),
    };

    private static string Show(object? value) => value switch
    {
        JsonRecord record => $"{{{string.Join(',', record.Members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}={Show(member.Value)}"))}}}",
        List<object?> items => $"[{string.Join(',', items.Select(Show))}]",
        string text => $"'{text}'",
        long number => $"{number}",
        null => "null",
        bool truth => truth ? "True" : "False",
        _ => "other",
    };
}
