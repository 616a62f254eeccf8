using Strata.Core.Diagnostics;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>Workflows as people write them parse; what Strata does not have is said, and nothing else is.</summary>
public sealed class RealisticWorkflowTests
{
    public static TheoryData<string> Names => [.. RealisticWorkflows.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_realistic_workflow_has_no_error(string name) => Yaml.Valid(RealisticWorkflows.All[name]);

    [Theory]
    [InlineData("node", "STR1302")]
    [InlineData("python", "STR1302 STR1309")]
    [InlineData("java", "STR1119 STR1302")]
    [InlineData("go", "")]
    [InlineData("dynamic matrix", "")]
    [InlineData("container and services", "STR1305 STR1311")]
    [InlineData("anchors", "")]
    [InlineData("artifacts between jobs", "STR1301 STR1306")]
    [InlineData("reusable", "STR1304 STR1310")]
    [InlineData("powershell and windows", "STR1308 STR1309")]
    [InlineData("composite and docker", "STR1301 STR1303")]
    [InlineData("strata", "STR1210")]
    public void Its_warnings_are_these(string name, string codes) =>
        string.Join(' ', Yaml.Parse(RealisticWorkflows.All[name]).Diagnostics
            .Where(problem => problem.Severity == Severity.Warning).Select(problem => problem.Code).Distinct().Order()).ShouldBe(codes);
}
