using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>Short ways to parse a text.</summary>
internal static class Yaml
{
    public static (Workflow? Workflow, IReadOnlyList<Diagnostic> Diagnostics) Parse(string text) =>
        WorkflowParser.Parse("ci.yml", Encoding.UTF8.GetBytes(text));

    public static (CompositeAction? Action, IReadOnlyList<Diagnostic> Diagnostics) ParseAction(string text) =>
        WorkflowParser.ParseAction("action.yml", Encoding.UTF8.GetBytes(text));

    /// <summary>Without errors; warnings are allowed.</summary>
    public static Workflow Valid(string text)
    {
        var (workflow, diagnostics) = Parse(text);
        string.Join('\n', diagnostics.Where(problem => problem.Severity == Severity.Error)).ShouldBe("");
        return workflow.ShouldNotBeNull();
    }

    /// <summary>The text around the steps of one job.</summary>
    public static string WithSteps(string steps) => $"jobs:\n  build:\n    steps:\n{steps}";

    /// <summary>As <c>STR1101 3:5</c>, sorted as printed.</summary>
    public static string[] Codes(IReadOnlyList<Diagnostic> diagnostics) =>
        [.. diagnostics.Select(problem => $"{problem.Code} {problem.At?.Line}:{problem.At?.Column}")];
}
