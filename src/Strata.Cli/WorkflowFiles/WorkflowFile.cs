using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;

namespace Strata.Cli.WorkflowFiles;

/// <summary>Where the workflow is and which directory it works on (DESIGN §9, §10).</summary>
/// <param name="Path">Absolute.</param>
/// <param name="DisplayPath">As a user would name it, for messages: relative to the current directory where it lies below it.</param>
/// <param name="Workspace">Absolute directory.</param>
internal sealed record WorkflowFile(string Path, string DisplayPath, string Workspace)
{
    /// <summary>Finds the file a user means by FILE, DIR or nothing (then also in the directories above, as git does).</summary>
    /// <exception cref="UserErrorException">None, or more than one.</exception>
    public static WorkflowFile Locate(string? fileOrDirectory, string currentDirectory)
    {
        if (fileOrDirectory is null)
        {
            for (var directory = currentDirectory; directory is not null; directory = System.IO.Path.GetDirectoryName(directory))
            {
                if (FindIn(directory, currentDirectory) is { } found)
                {
                    return found;
                }
            }

            throw new UserErrorException(CliDiagnostics.NoWorkflowHere(currentDirectory));
        }

        var path = System.IO.Path.GetFullPath(fileOrDirectory, currentDirectory);
        if (Directory.Exists(path))
        {
            return FindIn(path, currentDirectory) ?? throw new UserErrorException(CliDiagnostics.NoWorkflowHere(fileOrDirectory));
        }

        return File.Exists(path)
            ? new(path, Display(path, currentDirectory), WorkspaceOf(path))
            : throw new UserErrorException(CliDiagnostics.NoSuchFile(fileOrDirectory));
    }

    /// <summary>The bytes, of a pipe too; larger files are cut where the parser already refuses them.</summary>
    public ReadOnlyMemory<byte> Read()
    {
        try
        {
            return BoundedFile.Read(Path, WorkflowParser.FileSizeMax);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(CliDiagnostics.Unreadable(DisplayPath, e.Message));
        }
    }

    private static WorkflowFile? FindIn(string directory, string currentDirectory)
    {
        var own = System.IO.Path.Combine(directory, "strata.yml");
        if (File.Exists(own))
        {
            return new(own, Display(own, currentDirectory), directory);
        }

        foreach (var folder in (string[])[".strata/workflows", ".github/workflows"])
        {
            var path = System.IO.Path.Combine(directory, folder);
            if (!Directory.Exists(path))
            {
                continue;
            }

            string[] files = [.. Directory.EnumerateFiles(path).Where(IsYaml).Order(StringComparer.Ordinal)];
            switch (files)
            {
                case [var only]:
                    return new(only, Display(only, currentDirectory), directory);
                case [_, _, ..]:
                    throw new UserErrorException(CliDiagnostics.SeveralWorkflows(folder, files.Select(file => Display(file, currentDirectory))));
            }
        }

        return null;
    }

    private static string WorkspaceOf(string file)
    {
        var directory = System.IO.Path.GetDirectoryName(file)!;
        var parent = System.IO.Path.GetDirectoryName(directory);
        var isInWorkflows = System.IO.Path.GetFileName(directory) == "workflows"
            && System.IO.Path.GetFileName(parent) is ".strata" or ".github";
        return isInWorkflows ? System.IO.Path.GetDirectoryName(parent)! : directory;
    }

    public static bool IsYaml(string path) =>
        path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    private static string Display(string path, string currentDirectory)
    {
        var relative = System.IO.Path.GetRelativePath(currentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
