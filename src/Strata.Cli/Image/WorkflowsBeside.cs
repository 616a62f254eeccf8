using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Execution.Running;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Image;

/// <summary>The workflows beside the one that a command works on: those of its directory share its lock file, those of its repository what is built.</summary>
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

    /// <summary>All workflows of the repository here, each with its lock file: what one of them needs is needed, whichever would be run.</summary>
    /// <exception cref="UserErrorException">One cannot be understood, so nothing can be said to be unused.</exception>
    public static IReadOnlyList<RunRequest> All(ImagePlace place)
    {
        if ((place.File?.Workspace ?? WorkflowFile.FindWorkspace(Environment.CurrentDirectory)) is not { } workspace)
        {
            return [];
        }

        var requests = new List<RunRequest>();
        var errors = new List<Diagnostic>();
        foreach (var (file, isCertain) in WorkflowFile.ListAll(workspace, Environment.CurrentDirectory))
        {
            var (request, problems) = Read(place, file);
            if (request is not null)
            {
                requests.Add(request);
                problems.AddRange(WorkflowImages.Definitions(request).Problems);
            }

            errors.AddRange(problems.Where(problem => problem.Severity == Severity.Error && (isCertain || request is not null)));
        }

        return errors.Count > 0 ? throw new UserErrorException(errors) : requests;
    }

    private static (RunRequest? Request, List<Diagnostic> Problems) Read(ImagePlace place, WorkflowFile file)
    {
        var problems = new List<Diagnostic>();
        try
        {
            return (place.Read(file, problems), problems);
        }
        catch (UserErrorException e)
        {
            return (null, [.. e.Diagnostics]);
        }
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
