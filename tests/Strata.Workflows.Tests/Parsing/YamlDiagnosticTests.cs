using System.Text;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>STR10xx, each at its place.</summary>
public sealed class YamlDiagnosticTests
{
    private const string Job = "jobs: { a: { steps: [run: x] } }\n";

    [Theory]
    [InlineData("STR1005", "jobs:\n  a: [x\n▸")]
    [InlineData("STR1005", "jobs:\n  a:\n    needs: [b▸, c\n    steps:\n     - run: x\n")]
    [InlineData("STR1005", "jobs:\n  a:\n    env: {A▸: 1\n    steps:\n     - run: x\n")]
    [InlineData("STR1021", "jobs: { a: { steps: [{ run: \"a▸\\0b\" }] } }\n")]
    [InlineData("STR1021", "env: { A: \"a\\\\▸\\x00b\" }\n" + Job)]
    [InlineData("STR1005", "name: ▸\"\\q\"\n")]
    [InlineData("STR1005", "jobs:\n  a:\n    steps:\n      - run: echo a▸: b\n")]
    [InlineData("STR1006", "jobs:\n▸\ta: 1\n")]
    [InlineData("STR1012", "name: a\non: push\n▸name: b\n" + Job)]
    [InlineData("STR1013", "env: &e { A: 1 }\njobs:\n  a:\n    ▸<<: *e\n    steps: [run: x]\n")]
    [InlineData("STR1014", "name: ▸!!str x\n" + Job)]
    [InlineData("STR1014", "env: ▸!custom { A: 1 }\n" + Job)]
    [InlineData("STR1015", Job + "▸---\nname: second\n")]
    [InlineData("STR1016", "name: ▸*nme\n" + Job)]
    [InlineData("STR1017", "env: &e\n  A: ▸*e\n")]
    [InlineData("STR1018", "env:\n  ▸[a, b]: 1\n" + Job)]
    [InlineData("STR1019", "▸")]
    [InlineData("STR1019", "▸# only a comment\n")]
    [InlineData("STR1004", "name: a▸\u0000b\n")]
    [InlineData("STR1004", "name: a▸\u001bb\n")]
    [InlineData("STR1004", "name: a\nx: ▸\uFEFFb\n")]
    public void A_problem_of_the_YAML_points_at_its_place(string code, string marked) => Marked.Find(code, marked);

    [Fact]
    public void A_bracket_that_stays_open_is_named() =>
        Marked.Find("STR1005", "jobs:\n  a:\n    needs: [b▸, c\n    steps:\n     - run: x\n").Message.ShouldContain("the bracket of 3:12 is still open");

    [Fact]
    public void A_file_over_one_MiB_is_refused()
    {
        var text = new byte[WorkflowParser.FileSizeMax + 1];
        Array.Fill(text, (byte)'#');
        Yaml.Codes(WorkflowParser.Parse("ci.yml", text).Diagnostics).ShouldBe(["STR1001 1:1"]);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_pointed_at() =>
        Yaml.Codes(WorkflowParser.Parse("ci.yml", (byte[])[.. "name: ä\nx: "u8, 0xFF, .. "y"u8]).Diagnostics).ShouldBe(["STR1002 2:4"]);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void UTF_16_is_named_as_what_it_is(string encoding) =>
        Yaml.Codes(WorkflowParser.Parse("ci.yml", (byte[])[.. Encoding.GetEncoding(encoding).GetPreamble(), .. Encoding.GetEncoding(encoding).GetBytes(Job)]).Diagnostics)
            .ShouldBe(["STR1003 1:1"]);

    [Fact]
    public void A_leading_UTF_8_mark_is_skipped() =>
        WorkflowParser.Parse("ci.yml", (byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Job)]).Diagnostics.ShouldBeEmpty();

    [Fact]
    public void Windows_line_ends_keep_the_places() =>
        Marked.Find("STR1101", "name: a\r\njobs:\r\n  a:\r\n    ▸step: 1\r\n    steps: [run: x]\r\n");

    [Fact]
    public void Deep_nesting_is_refused() =>
        Yaml.Codes(Yaml.Parse($"a: {new string('[', 100)}").Diagnostics).ShouldBe(["STR1007 1:67"]);

    [Fact]
    public void An_alias_bomb_is_refused()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append($"a{i}: &a{i} [").AppendJoin(", ", Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }

        Yaml.Parse(text.ToString()).Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR1008");
    }

    [Fact]
    public void Too_many_aliases_are_refused() =>
        Yaml.Parse($"a: &a x\nb: [{string.Join(", ", Enumerable.Repeat("*a", 1001))}]\n").Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR1009");

    [Fact]
    public void Long_keys_and_texts_are_refused()
    {
        Yaml.Codes(Yaml.Parse($"{new string('k', 513)}: 1\n{Job}").Diagnostics).ShouldContain("STR1010 1:1");
        Yaml.Codes(Yaml.Parse($"name: {new string('n', 600_000)}\n{Job}").Diagnostics).ShouldContain("STR1011 1:7");
    }

    [Fact]
    public void What_does_not_break_the_structure_does_not_hide_other_problems() =>
        Yaml.Codes(Yaml.Parse("name: a\nname: b\nenv: !x {}\njobs:\n  1a: { stepz: 1 }\n").Diagnostics)
            .ShouldBe(["STR1012 2:1", "STR1014 3:6", "STR1105 5:3", "STR1103 5:7", "STR1101 5:9"]);
}
