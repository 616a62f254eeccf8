using System.CommandLine;
using System.CommandLine.Completions;
using Strata.Cli.Configuration;
using Strata.Cli.Run;
using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Execution.Running;
using Strata.Images;
using Strata.Images.Kept;
using Strata.Layers.Sources;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Image;

/// <summary>The options all image commands share.</summary>
internal sealed class ImageOptions() : PlaceOptions("Organization (default: local).", "Repository (default: the directory's name).")
{
    /// <summary>For the shell: definitions of the workflow here, and what is on this host.</summary>
    public IEnumerable<CompletionItem> Names(CompletionContext context)
    {
        try
        {
            var place = ImagePlace.Open(context.ParseResult, this, null);
            return [.. (place.Request?.Workflow.Images.Select(image => image.Name!) ?? [])
                .Concat(place.Kept.List().SelectMany(image => image.References.Count > 0 ? image.References : [image.Name]))
                .Distinct(StringComparer.Ordinal).Select(name => new CompletionItem(name))];
        }
        catch (Exception e) when (e is UserErrorException or EnvironmentException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>Where an image command works: the data directory, and the workflow here if there is one.</summary>
internal sealed record ImagePlace(string Data, ConfigurationFile Configuration, RunIdentity Identity, WorkflowFile? File, RunRequest? Request)
{
    public KeptImages Kept { get; } = new(Data, TimeProvider.System);

    public ImageResolver OpenResolver() => LocalPlatform.OpenImages(Data, Configuration);

    /// <param name="fileOrDirectory">Null: the default workflow, which need not exist.</param>
    /// <exception cref="UserErrorException">The configuration, the workflow or its lock file is wrong.</exception>
    public static ImagePlace Open(ParseResult parsed, ImageOptions options, string? fileOrDirectory, BuildOptions? build = null)
    {
        List<Diagnostic> problems = [];
        var data = DataDirectory.Resolve(parsed.GetValue(options.Data));
        var configuration = ConfigurationFile.Read(parsed.GetValue(options.Config), data, problems);
        var file = Locate(fileOrDirectory);
        var workspace = file?.Workspace ?? WorkflowFile.FindWorkspace(Environment.CurrentDirectory) ?? Environment.CurrentDirectory; // several: none is the default
        var git = GitState.Read(workspace);
        var identity = IdentityChoice.Choose(
            parsed.GetValue(options.Org), parsed.GetValue(options.Repo), Value(build?.Ref), Value(build?.Trust), Value(build?.Base), Value(build?.DefaultBranch),
            git?.HeadRef, git?.HeadCommit, workspace, problems);
        var place = new ImagePlace(data, configuration, identity, file, null);
        if (file is not null)
        {
            place = place with { Request = place.Read(file, problems) };
        }

        var errors = problems.Where(problem => problem.Severity == Severity.Error).ToList();
        return errors.Count > 0 ? throw new UserErrorException(errors) : place;

        string? Value(Option<string?>? option) => option is null ? null : parsed.GetValue(option);
    }

    /// <summary>A workflow with its lock file.</summary>
    /// <returns>Null with problems: it is none.</returns>
    public RunRequest? Read(WorkflowFile file, List<Diagnostic> problems)
    {
        var (workflow, diagnostics) = WorkflowParser.Parse(file.DisplayPath, file.Read());
        problems.AddRange(diagnostics);
        return workflow is null ? null : new()
        {
            Workflow = workflow,
            Identity = Identity,
            WorkspaceDirectory = file.Workspace,
            DataDirectory = Data,
            Selection = RunSelection.All,
            RunnerImages = Configuration.Runners,
            Lock = LockFile.Of(file).Read(problems),
        };
    }

    private static WorkflowFile? Locate(string? fileOrDirectory)
    {
        try
        {
            return WorkflowFile.Locate(fileOrDirectory, Environment.CurrentDirectory);
        }
        catch (UserErrorException) when (fileOrDirectory is null)
        {
            return null;
        }
    }
}
