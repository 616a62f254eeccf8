using System.Text;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;

namespace Strata.Workflows.Tests.Parsing;

/// <summary>A text in which ▸ marks the place a diagnostic must point at.</summary>
internal static class Marked
{
    /// <summary>Parses the text without its mark and finds the code at that very place.</summary>
    public static Diagnostic Find(string code, string marked, bool action = false)
    {
        var index = marked.IndexOf('▸', StringComparison.Ordinal);
        index.ShouldBeGreaterThanOrEqualTo(0);
        var line = marked.AsSpan(0, index).Count('\n') + 1;
        var column = index - marked.LastIndexOf('\n', index);
        var bytes = Encoding.UTF8.GetBytes(marked.Remove(index, 1));
        var diagnostics = action ? WorkflowParser.ParseAction("ci.yml", bytes).Diagnostics : WorkflowParser.Parse("ci.yml", bytes).Diagnostics;
        var found = diagnostics.FirstOrDefault(problem => problem.Code == code && problem.At == new SourceSpan("ci.yml", line, column));
        found.ShouldNotBeNull($"{code} at {line}:{column}; found:\n{string.Join('\n', diagnostics)}");
        return found;
    }
}
