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

    [Fact]
    public void Every_example_of_the_reference_parses()
    {
        var blocks = File.ReadAllText(Path).Split("```yaml\n").Skip(1).Select(part => part[..part.IndexOf("```", StringComparison.Ordinal)]).ToList();

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

    private static string Root([CallerFilePath] string file = "") => System.IO.Path.GetFullPath($"{file}/../../../..");
}
