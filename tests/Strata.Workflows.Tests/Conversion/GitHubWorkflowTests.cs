using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;
using Strata.Workflows.Model;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>Whole workflows: what each becomes, and what is left to a person.</summary>
public sealed class GitHubWorkflowTests
{
    public static TheoryData<string> Names => [.. GitHubWorkflows.All.Keys];

    [Theory]
    [InlineData("node matrix", "test=node", "STR1801 STR1803")]
    [InlineData("python tox", "tox=python", "STR1801")]
    [InlineData("go", "build=go vet=go", "STR1801 STR1801")]
    [InlineData("java maven", "verify=java", "STR1801 STR1804")]
    [InlineData("dotnet", "build=dotnet", "STR1309 STR1309 STR1801 STR1802 STR1803")]
    [InlineData("docker build", "docker=build", "STR1301 STR1301 STR1301")]
    [InlineData("release", "build=rust publish=build", "STR1306 STR1804")]
    [InlineData("monorepo", "lint=node test=node build=node", "STR1801 STR1802 STR1804")]
    [InlineData("reusable call", "checks= report=build", "STR1304")]
    [InlineData("services", "test=ruby", "STR1305 STR1801 STR1804")]
    [InlineData("polyglot", "all=node-python", "STR1801 STR1801")]
    public void A_workflow_gets_images_and_a_list(string name, string images, string codes)
    {
        var (yaml, byHand) = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(GitHubWorkflows.All[name]));

        var workflow = Yaml.Valid(yaml);
        string.Join(' ', workflow.Jobs.Select(job => $"{job.Id}={(job.Image as ImageChoice.Named)?.Reference.Text}")).ShouldBe(images, yaml);
        string.Join(' ', byHand.Select(note => note.Code).Order(StringComparer.Ordinal)).ShouldBe(codes, string.Join('\n', byHand));
        byHand.ShouldAllBe(note => note.At != null && note.At.Value.File == "strata.yml" && note.Help != null);
        JobSummary.Of(yaml).ShouldBe(JobSummary.Of(GitHubWorkflows.All[name]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_line_that_is_left_is_a_line_of_the_original(string name)
    {
        var text = GitHubWorkflows.All[name];
        var lines = text.Split('\n');
        var yaml = WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text)).Yaml;

        var definitions = yaml.IndexOf("images:\n", StringComparison.Ordinal);
        var rest = yaml.Remove(definitions, yaml.IndexOf("\n\n", definitions, StringComparison.Ordinal) + 2 - definitions);
        rest.Split('\n').Where(line => !line.Contains("image: ", StringComparison.Ordinal)).ShouldBeSubsetOf(lines);
        Convert(yaml).ShouldBe(yaml, "converting again changes nothing");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Carriage_returns_make_no_difference(string name)
    {
        var text = GitHubWorkflows.All[name];

        Convert(text.Replace("\n", "\r\n", StringComparison.Ordinal)).Replace("\r\n", "\n", StringComparison.Ordinal).ShouldBe(Convert(text));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_file_in_flow_style_becomes_the_same_workflow(string name)
    {
        var text = GitHubWorkflows.All[name];
        var flow = FlowStyle.Of(text);

        JobSummary.Of(flow).ShouldBe(JobSummary.Of(text));
        JobSummary.Of(Convert(flow)).ShouldBe(JobSummary.Of(text));
        Images(Convert(flow)).ShouldBe(Images(Convert(text)));
    }

    private static string Images(string yaml) =>
        string.Join(' ', Yaml.Valid(yaml).Jobs.Select(job => (job.Image as ImageChoice.Named)?.Reference.Text));

    private static string Convert(string text) => WorkflowConversion.Convert("ci.yml", Encoding.UTF8.GetBytes(text)).Yaml;
}
