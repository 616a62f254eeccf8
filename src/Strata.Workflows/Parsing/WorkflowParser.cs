using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Reading;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Parsing;

/// <summary>YAML text to a checked model. Pure: reads no files. Never throws for any text.</summary>
public static class WorkflowParser
{
    public const int FileSizeMax = 1 << 20; // bytes; GitHub's limit

    /// <param name="file">As the user named it: for messages.</param>
    /// <returns>The workflow is null iff a diagnostic is an error. All problems, sorted by place.</returns>
    public static (Workflow? Workflow, IReadOnlyList<Diagnostic> Diagnostics) Parse(string file, ReadOnlyMemory<byte> utf8) =>
        Parse(file, utf8, WorkflowReader.Read);

    /// <summary>The same for a local action's <c>action.yml</c>.</summary>
    public static (CompositeAction? Action, IReadOnlyList<Diagnostic> Diagnostics) ParseAction(string file, ReadOnlyMemory<byte> utf8) =>
        Parse(file, utf8, ActionReader.Read);

    private static (T? Result, IReadOnlyList<Diagnostic> Diagnostics) Parse<T>(
        string file, ReadOnlyMemory<byte> utf8, Func<string, YamlNode, Problems, T?> read)
        where T : class
    {
        var problems = new Problems();
        T? result = null;
        try
        {
            result = YamlReader.Read(file, utf8.Span, problems) is { } root ? read(file, root, problems) : null;
        }
        catch (Problems.TooManyException)
        {
            problems.Close(file);
        }

        return (problems.HasErrors ? null : result, problems.Sorted());
    }
}
