using System.Buffers;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Json;

namespace Strata.Core.Tests.Json;

public sealed class DeferredEscapesTests
{
    [Fact]
    public void Every_text_is_written_as_the_framework_writes_it()
    {
        var part = Gen.Elements(
            "plain text 0-9 {}[]:,;.!?#$%()*/=@^_|~", "\"", "\\", "&", "'", "+", "<", ">", "`", "\u0000", "\n", "\u007f", "\u0085", "é", "\u2028", "中", "😀", "\ud83d", "\ude00", "\uffff");
        var texts = Gen.ListOf(part).Select(static parts => string.Concat(parts));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(texts.ToArbitrary(), static text =>
        {
            Written(text, DeferredEscapes.Options).ShouldBe(Written(text, default));
            var bytes = System.Text.Encoding.UTF8.GetBytes(text);
            Written(bytes, DeferredEscapes.Options).ShouldBe(Written(bytes, default));
        }));
    }

    private static byte[] Written(string text, JsonWriterOptions options) => Written(options, json => json.WriteString(text, text));

    private static byte[] Written(byte[] utf8, JsonWriterOptions options) => Written(options, json => json.WriteString(utf8, utf8));

    private static byte[] Written(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }
}
