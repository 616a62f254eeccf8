using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Image;

/// <summary>The other workflows of a directory: they share its lock file.</summary>
internal static class WorkflowsBeside
{
    private const int FilesMax = 500;

    /// <returns>What they refer to; null: one of them cannot be understood, so nothing can be said to be unused.</returns>
    public static IReadOnlySet<string>? References(ImagePlace place)
    {
        var own = place.File!;
        var directory = Path.GetDirectoryName(own.Path)!;
        var references = new HashSet<string>(StringComparer.Ordinal);
        var isWorkflows = Path.GetFileName(directory) == "workflows"; // elsewhere YAML files may be anything
        var files = Directory.EnumerateFiles(directory).Where(path => path != own.Path && WorkflowFile.IsYaml(path)).Take(FilesMax + 1).ToList();
        if (files.Count > FilesMax)
        {
            return null;
        }

        foreach (var path in files)
        {
            if (Parse(path) is { } workflow)
            {
                references.UnionWith(WorkflowImages.Pinnable(place.Request! with { Workflow = workflow }).Select(reference => reference.Reference));
            }
            else if (isWorkflows)
            {
                return null;
            }
        }

        return references;
    }

    private static Workflows.Model.Workflow? Parse(string path)
    {
        try
        {
            return WorkflowParser.Parse(path, WorkflowFile.Locate(path, Environment.CurrentDirectory).Read()).Workflow;
        }
        catch (UserErrorException)
        {
            return null;
        }
    }
}
