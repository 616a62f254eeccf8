using System.Runtime.CompilerServices;
using Strata.Core.Diagnostics;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Schema;

/// <summary>docs/workflow.md says what the parser does.</summary>
public sealed class WorkflowReferenceTests
{
    private static readonly string Path = System.IO.Path.Combine(Root(), "docs", "workflow.md");

    [Fact]
    public void The_reference_lists_every_key_as_the_parser_knows_it()
    {
        var text = File.ReadAllText(Path);
        var begin = text.IndexOf(WorkflowReference.Begin, StringComparison.Ordinal);
        begin.ShouldBeGreaterThan(0);
        if (Environment.GetEnvironmentVariable("STRATA_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path, text[..begin] + WorkflowReference.Text());
            return;
        }

        text[begin..].ShouldBe(WorkflowReference.Text());
    }

    /// <summary>Copied into a file as they stand; a list of paths alone is that of a cache.</summary>
    [Theory]
    [InlineData("artifacts.md", 1)]
    [InlineData("caching.md", 2)]
    [InlineData("hermetic-steps.md", 1)]
    public void Every_example_of_the_pages_about_reuse_is_valid_as_it_stands(string page, int examplesMin)
    {
        var blocks = Blocks(System.IO.Path.Combine(Root(), "docs", page));

        blocks.Count.ShouldBeGreaterThanOrEqualTo(examplesMin);
        foreach (var block in blocks)
        {
            var whole = block.StartsWith("paths:", StringComparison.Ordinal)
                ? $"caches:\n  c:\n    key: k\n    {block.TrimEnd()}\njobs: {{ a: {{ image: 'debootstrap:trixie', caches: [c], steps: [{{ run: 'true' }}] }} }}\n"
                : block;
            string.Join('\n', Yaml.Parse(whole).Diagnostics).ShouldBe("", block);
        }
    }

    [Fact]
    public void Every_example_of_the_reference_parses()
    {
        var blocks = Blocks(Path);

        blocks.Count.ShouldBeGreaterThanOrEqualTo(9);
        foreach (var block in blocks)
        {
            var isAction = block.Contains("\nruns:", StringComparison.Ordinal);
            var diagnostics = isAction ? Yaml.ParseAction(block).Diagnostics : Yaml.Parse(Complete(block)).Diagnostics;
            string.Join('\n', diagnostics.Where(problem => problem.Severity == Severity.Error)).ShouldBe("", block);
        }
    }

    /// <summary>Examples show one part of a file.</summary>
    private static string Complete(string block) =>
        $"\n{block}".Contains("\njobs:", StringComparison.Ordinal) ? block : $"{block}\njobs: {{ a: {{ steps: [run: make] }} }}\n";

    private static List<string> Blocks(string page) =>
        [.. File.ReadAllText(page).Split("```yaml\n").Skip(1).Select(part => part[..part.IndexOf("```", StringComparison.Ordinal)])];

    private static string Root([CallerFilePath] string file = "") => System.IO.Path.GetFullPath($"{file}/../../../..");
}
