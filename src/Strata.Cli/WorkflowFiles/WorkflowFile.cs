using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;

namespace Strata.Cli.WorkflowFiles;

/// <summary>Where the workflow is and which directory it works on (DESIGN §9, §10).</summary>
/// <param name="Path">Absolute.</param>
/// <param name="DisplayPath">As a user would name it, for messages: relative to the current directory where it lies below it.</param>
/// <param name="Workspace">Absolute directory.</param>
internal sealed record WorkflowFile(string Path, string DisplayPath, string Workspace)
{
    private const string OwnName = "strata.yml";

    private static readonly string[] Folders = [".strata/workflows", ".github/workflows"];

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

    /// <summary>The nearest directory, from this one up, that holds workflows, one or more; null: none does.</summary>
    public static string? FindWorkspace(string currentDirectory)
    {
        var directory = currentDirectory;
        while (directory is not null && FilesIn(directory).Files.Count == 0)
        {
            directory = System.IO.Path.GetDirectoryName(directory);
        }

        return directory;
    }

    /// <summary>All of a workspace, whichever of them would be run. Beside <c>strata.yml</c> any YAML file may be one, so it need not.</summary>
    public static IReadOnlyList<(WorkflowFile File, bool IsCertain)> ListAll(string workspace, string currentDirectory) =>
    [
        .. YamlIn(workspace).Select(path => (path, System.IO.Path.GetFileName(path) == OwnName))
            .Concat(Folders.SelectMany(folder => YamlIn(System.IO.Path.Combine(workspace, folder))).Select(path => (path, true)))
            .Select(file => (new WorkflowFile(file.path, Display(file.path, currentDirectory), workspace), file.Item2)),
    ];

    private static WorkflowFile? FindIn(string directory, string currentDirectory) => FilesIn(directory) switch
    {
        (_, [var only]) => new(only, Display(only, currentDirectory), directory),
        (var folder, [_, _, ..] files) => throw new UserErrorException(CliDiagnostics.SeveralWorkflows(folder, files.Select(file => Display(file, currentDirectory)))),
        _ => null,
    };

    /// <returns>None, the one to run, or those of a folder that holds several.</returns>
    private static (string Folder, IReadOnlyList<string> Files) FilesIn(string directory)
    {
        var own = System.IO.Path.Combine(directory, OwnName);
        if (File.Exists(own))
        {
            return ("", [own]);
        }

        foreach (var folder in Folders)
        {
            if (YamlIn(System.IO.Path.Combine(directory, folder)) is { Length: > 0 } files)
            {
                return (folder, files);
            }
        }

        return ("", []);
    }

    private static string[] YamlIn(string directory) =>
        Directory.Exists(directory) ? [.. Directory.EnumerateFiles(directory).Where(IsYaml).Order(StringComparer.Ordinal)] : [];

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
