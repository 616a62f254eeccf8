using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>Where nodes begin and end in the text.</summary>
public sealed class RangeTests
{
    [Theory]
    [InlineData("- [a]\n- b: { c: d }\n- e\n", "[a]", "b: { c: d }", "e")]
    [InlineData("- a: {b: {c: d}}   # x\n\n\n- &x 'e'\n- *x\n- |\n  a\n\n  b\n\n- y", "a: {b: {c: d}}", "&x 'e'", "*x", "|\n  a\n\n  b", "y")]
    [InlineData("- b: c\n  d: [e, {f: g}]\n\n# z\n-\n  - h\n  - i:\n- j:\r\n    k: ä😀\r\n- l\r\n", "b: c\n  d: [e, {f: g}]", "- h\n  - i", "j:\r\n    k: ä😀", "l")]
    [InlineData("[a: b, o: {p: q}, {c: d}, [e: f], 'g' , *h, &i {j: }]", "a: b", "o: {p: q}", "{c: d}", "[e: f]", "'g'", "*h", "&i {j: }")]
    [InlineData("- &i\n  j: >-\n    k\n   \n- \"l\\\n  m\" # n\n", "&i\n  j: >-\n    k", "\"l\\\n  m\"")]
    public void An_item_of_a_list_is_found_by_characters(string text, params string[] items)
    {
        List<Diagnostic> problems = [];
        var whole = $"h: &h 1\nl:\n  {text.Replace("\n", "\n  ", StringComparison.Ordinal)}";
        var root = (YamlMapping)YamlReader.Read("x", Encoding.UTF8.GetBytes(whole), problems).ShouldNotBeNull(string.Join('\n', problems));
        var list = (YamlSequence)root.Find("l")!;

        list.Ranges.Select(range => whole[range.Start..range.End].Replace("\n  ", "\n", StringComparison.Ordinal)).ShouldBe(items);
    }
}
