using Strata.Core.Diagnostics;
using Strata.Workflows.Model;

namespace Strata.Workflows.Parsing;

/// <summary>YAML text to a checked model. Pure: reads no files. Never throws for any text.</summary>
public static class WorkflowParser
{
    public const int FileSizeMax = 1 << 20; // bytes; GitHub's limit

    /// <param name="file">As the user named it: for messages.</param>
    /// <returns>The workflow is null iff a diagnostic is an error. All problems, sorted by place.</returns>
    public static (Workflow? Workflow, IReadOnlyList<Diagnostic> Diagnostics) Parse(string file, ReadOnlyMemory<byte> utf8) =>
        throw new NotImplementedException();

    /// <summary>The same for a local action's <c>action.yml</c>.</summary>
    public static (CompositeAction? Action, IReadOnlyList<Diagnostic> Diagnostics) ParseAction(string file, ReadOnlyMemory<byte> utf8) =>
        throw new NotImplementedException();
}
