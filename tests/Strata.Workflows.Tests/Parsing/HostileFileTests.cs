using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>Any bytes give a workflow or diagnostics; never an exception, never a hang.</summary>
public sealed class HostileFileTests
{
    private static int Rounds => Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 50_000 : 1_500;

    [Fact]
    public void Damaged_workflows_never_throw()
    {
        var random = new Random(7);
        byte[][] seeds = [.. ExampleFiles.All().Select(File.ReadAllBytes), Encoding.UTF8.GetBytes(StarterWorkflow.Text)];
        const string alphabet = "{}[]&*!|>%@`'\"#-:, \n\t\0${.)(\u00e9";
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = seeds[round % seeds.Length].ToList();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes.InsertRange(at, Encoding.UTF8.GetBytes(alphabet[random.Next(alphabet.Length)].ToString())); break;
                    case 2: bytes.RemoveRange(at, Math.Min(random.Next(40), bytes.Count - at)); break;
                    default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(60), bytes.Count - at))); break;
                }
            }

            var (workflow, diagnostics) = WorkflowParser.Parse("strata.yml", bytes.ToArray());
            (workflow is null).ShouldBe(diagnostics.Any(d => d.Severity == Severity.Error), $"round {round}");
            WorkflowConversion.Convert("ci.yml", bytes.ToArray()).Yaml.ShouldNotBeNull();
            WorkflowParser.ParseAction("action.yml", bytes.ToArray());
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(8);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            WorkflowParser.Parse("strata.yml", bytes).Workflow.ShouldBeNull();
        }
    }

    [Fact]
    public void An_alias_bomb_is_refused()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
        {
            text.Append($"a{i}: &a{i} [").AppendJoin(", ", Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        }

        Codes(text.ToString()).ShouldContain("STR1008");
    }

    [Fact]
    public void Deep_nesting_is_refused() => Codes("jobs: " + new string('[', 100_000)).ShouldContain("STR1007");

    [Fact]
    public void A_file_over_one_MiB_is_refused() => Codes("name: x\n" + new string('#', 1 << 20)).ShouldBe(["STR1001"]);

    [Fact]
    public void More_than_256_combinations_are_refused() => Codes(
        $"jobs: {{a: {{strategy: {{matrix: {{x: [{string.Join(',', Enumerable.Range(0, 17))}], y: [{string.Join(',', Enumerable.Range(0, 17))}]}}}}, steps: [{{run: x}}]}}}}")
        .ShouldContain("STR1405");

    private static IEnumerable<string> Codes(string yaml) =>
        WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes(yaml)).Diagnostics.Select(d => d.Code);
}
