using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>No text makes the parser throw or hang, and its two answers agree.</summary>
public sealed class HostileTextTests
{
    private static readonly int Count = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 50_000 : 1_000;

    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(Count).WithReplay(20_261_121, 1);

    private static readonly string[] Seeds = [.. RealisticWorkflows.All.Select(pair => pair.Value)];

    /// <summary>Characters and words that mean something to YAML, to expressions or to the workflow syntax.</summary>
    private static readonly string[] Words =
    [
        ":", ": ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ",", "#", " #", "&a ", "*a", "!t ", "|", ">", "'", "\"", "\\", "\\x4", "\\U0010FFFF", "%YAML 1.2",
        "---", "...", "<<", "?", "${{", "}}", "${{ github.", "\t", "\r", "\u0085", "\u2028", "\0", "\uFEFF", "ä", "😀", "jobs", "steps", "run", "uses", "on", "needs",
        "matrix", "include", "caches", "images", "from", "~", "null", "1e999", "0x", "-.inf", "@", "`", ">-", "|2", "|-9",
    ];

    [Fact]
    public void Random_bytes_are_answered() =>
        Check.One(Seeded, Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), IsAnswered));

    [Fact]
    public void Random_words_are_answered() =>
        Check.One(Seeded, Prop.ForAll(Gen.Elements(Words).ListOf().Select(words => Encoding.UTF8.GetBytes(string.Concat(words))).ToArbitrary(), IsAnswered));

    [Fact]
    public void Changed_workflows_are_answered() => Check.One(Seeded, Prop.ForAll(Changed().ToArbitrary(), IsAnswered));

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: ")]
    [InlineData("[a,")]
    [InlineData("{a: ")]
    [InlineData("&a ")]
    [InlineData("!a ")]
    [InlineData("*a ")]
    [InlineData("'")]
    [InlineData("\"\\")]
    [InlineData("%a\n")]
    [InlineData("---\n")]
    [InlineData("a:\n")]
    [InlineData("a: b\n")]
    [InlineData("|\n")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("#")]
    [InlineData("${{ ")]
    [InlineData("a: ${{ x }}\n")]
    [InlineData("- a\n")]
    public void One_MiB_of_the_same_is_answered(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var all = new byte[WorkflowParser.FileSizeMax / bytes.Length * bytes.Length];
        for (var i = 0; i < all.Length; i += bytes.Length)
        {
            bytes.CopyTo(all, i);
        }

        IsAnswered(all).ShouldBeTrue();
    }

    [Theory]
    [InlineData("jobs:\n", "  j{0}: {{ steps: [run: '${{{{ x.y }}}}'], needs: [j1, j2, j3] }}\n", 20_000)]
    [InlineData("caches:\n", "  c{0}: {{ keyy: 1, pats: 2 }}\n", 20_000)]
    [InlineData("jobs:\n  a:\n    steps:\n", "      - {{ id: s{0}, run: 'x ${{{{ steps.t{0}.outputs.x }}}}' }}\n", 12_000)]
    [InlineData("jobs:\n  a:\n    steps: [run: x]\n    strategy:\n      matrix:\n        include:\n", "          - {{ k{0}: 1 }}\n", 20_000)]
    [InlineData("env:\n", "  A{0}: '${{{{ secrets.X && secrets.Y }}}}'\n", 15_000)]
    public void Many_of_a_kind_are_answered(string head, string line, int count)
    {
        var text = new StringBuilder(head);
        for (var i = 0; i < count; i++)
        {
            text.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, line, i);
        }

        IsAnswered(Encoding.UTF8.GetBytes(text.ToString())).ShouldBeTrue();
    }

    [Fact]
    public void Many_problems_in_one_long_text_are_answered()
    {
        var text = $"jobs:\n  a:\n    steps:\n      - run: |\n{string.Concat(Enumerable.Repeat("          ${{ nope.x }}\n", 15_000))}";

        IsAnswered(Encoding.UTF8.GetBytes(text)).ShouldBeTrue();
    }

    [Fact]
    public void Many_unknown_names_are_answered()
    {
        var name = new string('n', 60);
        var jobs = string.Concat(Enumerable.Range(0, 500).Select(i => $"  {name}{i}: {{ steps: [run: x] }}\n"));

        var text = $"jobs:\n{jobs}  z: {{ steps: [run: x], needs: [{string.Join(", ", Enumerable.Range(0, 12_000).Select(i => $"{name}x{i}"))}] }}\n";
        Yaml.Parse(text).Diagnostics[0].Code.ShouldBe("STR1020");
    }

    [Fact]
    public void A_mapping_that_ends_for_its_value_is_a_syntax_error() =>
        Yaml.Parse("a: {\"b\" c: [1]}\n").Diagnostics.ShouldNotBeEmpty();

    private static bool IsAnswered(byte[] bytes)
    {
        foreach (var (result, diagnostics) in new (object?, IReadOnlyList<Diagnostic>)[] { WorkflowParser.Parse("f", bytes), WorkflowParser.ParseAction("f", bytes) })
        {
            var hasErrors = diagnostics.Any(problem => problem.Severity == Severity.Error);
            if (result is null != hasErrors || diagnostics.Any(problem => problem.At is not { Line: >= 1, Column: >= 1 }))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A workflow with a few pieces cut out, doubled, or replaced by words.</summary>
    private static Gen<byte[]> Changed() =>
        from seed in Gen.Elements(Seeds)
        from edits in (from at in Gen.Choose(0, seed.Length - 1)
                       from length in Gen.Choose(0, 12)
                       from word in Gen.Elements(Words)
                       from kind in Gen.Choose(0, 2)
                       select (at, length, word, kind)).ListOf()
        select Encoding.UTF8.GetBytes(edits.Take(6).Aggregate(seed, (text, edit) =>
        {
            var at = Math.Min(edit.at, text.Length);
            var piece = text.Substring(at, Math.Min(edit.length, text.Length - at));
            return edit.kind switch
            {
                0 => text.Remove(at, piece.Length),
                1 => text.Insert(at, edit.word),
                _ => text.Insert(at, piece + edit.word),
            };
        }));
}
