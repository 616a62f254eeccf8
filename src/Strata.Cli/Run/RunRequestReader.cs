using System.CommandLine;
using Strata.Cli.Configuration;
using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Execution.Running;
using Strata.Layers.Sources;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Run;

/// <summary>From the command line, the configuration and what is checked out to a request: every problem at once.</summary>
internal static class RunRequestReader
{
    /// <param name="problems">Of the configuration; grows by all others.</param>
    /// <returns>Null iff a problem is an error.</returns>
    public static RunRequest? Read(ParseResult parsed, SelectionOptions options, string data, ConfigurationFile configuration, List<Diagnostic> problems)
    {
        var file = WorkflowFile.Locate(parsed.GetValue(options.File), Environment.CurrentDirectory);
        var reading = LockFile.Of(file).Start(); // beside the workflow: a suite's pin has some hundred lines
        var (workflow, diagnostics) = WorkflowParser.Parse(file.DisplayPath, file.Read());
        problems.AddRange(workflow is null ? diagnostics : diagnostics.Except(OfJobs(workflow)));
        var (pins, pinProblems) = reading();
        problems.AddRange(pinProblems);

        var git = GitState.Read(file.Workspace);
        var identity = IdentityChoice.Choose(
            parsed.GetValue(options.Org), parsed.GetValue(options.Repo), parsed.GetValue(options.Ref), parsed.GetValue(options.Trust),
            parsed.GetValue(options.Base), parsed.GetValue(options.DefaultBranch), git?.HeadRef, git?.HeadCommit, file.Workspace, problems);
        var (eventName, payload) = EventChoice.Choose(parsed.GetValue(options.Event), problems);
        var maxParallel = parsed.GetValue(options.MaxParallel);
        if (maxParallel is < 1 or > 256)
        {
            problems.Add(CliDiagnostics.BadOption("--max-parallel", $"{maxParallel}", "a number from 1 to 256"));
        }

        var env = ReadPairs(parsed, "--env", options.Env, options.EnvFile, problems);
        var vars = ReadPairs(parsed, "--var", options.Var, null, problems);
        SettingNames.Check("--var", vars.Keys, problems);
        var inputs = ReadPairs(parsed, "--input", options.Input, null, problems);
        var matrix = ReadPairs(parsed, "--matrix", options.Matrix, null, problems);
        var secrets = ReadSecrets(parsed, options.Secret, options.SecretFile, problems);

        if (workflow is null || problems.Exists(p => p.Severity == Severity.Error))
        {
            return null;
        }

        return new()
        {
            Workflow = workflow,
            Identity = identity,
            WorkspaceDirectory = file.Workspace,
            DataDirectory = data,
            Selection = new(parsed.GetValue(options.Job) ?? [], !parsed.GetValue(options.NoNeeds), matrix),
            MaxParallel = maxParallel,
            Env = env,
            Vars = vars,
            Inputs = inputs,
            Secrets = secrets,
            EventName = eventName,
            EventPayload = payload,
            Site = !parsed.GetValue(options.NoSite),
            RunnerImages = configuration.Runners,
            Lock = pins,
        };
    }

    private static Dictionary<string, string> ReadPairs(
        ParseResult parsed, string name, Option<string[]> option, Option<string[]>? fileOption, List<Diagnostic> problems)
    {
        Dictionary<string, string> pairs = [];
        foreach (var file in fileOption is null ? [] : parsed.GetValue(fileOption) ?? [])
        {
            Assignments.AddFile(pairs, file, problems);
        }

        Assignments.Add(pairs, name, parsed.GetValue(option) ?? [], problems);
        return pairs;
    }

    /// <summary>What jobs use that is not executed here: an error where it may come to run, which says it then, and else nothing to this run.</summary>
    private static IEnumerable<Diagnostic> OfJobs(Workflow workflow) =>
        workflow.Jobs.SelectMany(static job => job.Unsupported).Select(static part => part.Diagnostic with { Severity = Severity.Warning });

    internal static Dictionary<string, string> ReadSecrets(ParseResult parsed, Option<string[]> secret, Option<string[]> secretFile, List<Diagnostic> problems)
    {
        Dictionary<string, string> secrets = new(StringComparer.OrdinalIgnoreCase);
        foreach (var file in parsed.GetValue(secretFile) ?? [])
        {
            Assignments.AddFile(secrets, file, problems);
        }

        foreach (var item in parsed.GetValue(secret) ?? [])
        {
            if (item.Contains('=', StringComparison.Ordinal))
            {
                Assignments.Add(secrets, "--secret", [item], problems);
            }
            else if (Environment.GetEnvironmentVariable(item) is { } value)
            {
                secrets[item] = value;
            }
            else
            {
                problems.Add(CliDiagnostics.SecretNotInEnvironment(item));
            }
        }

        SettingNames.Check("--secret", secrets.Keys.Where(static name => !name.Equals("GITHUB_TOKEN", StringComparison.OrdinalIgnoreCase)), problems); // that one GitHub sets itself

        return secrets;
    }
}
