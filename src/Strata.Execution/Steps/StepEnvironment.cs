using Strata.Execution.Commands;
using Strata.Execution.Contexts;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Steps;

/// <summary>The whole environment of a step's command.</summary>
internal static class StepEnvironment
{
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Weakest first: site, image, defaults, env of workflow, job and step, then what the runner owns.</summary>
    /// <param name="env">As the env context has it.</param>
    public static Dictionary<string, string> Build(LiveJob live, ObjectValue github, IReadOnlyDictionary<string, string> env, StepFileSet? files)
    {
        var variables = new Dictionary<string, string>(live.SiteEnv, StringComparer.Ordinal);
        foreach (var (name, value) in live.ImageEnv)
        {
            variables[name] = value;
        }

        variables["CI"] = "true";
        variables["HOME"] = live.User.Home;
        variables.TryAdd("PATH", DefaultPath);
        foreach (var (name, value) in env)
        {
            if (!ReservedVariables.IsRunnerOwned(name))
            {
                variables[name] = value;
            }
        }

        AddPaths(live.Paths, variables);
        variables["GITHUB_ACTIONS"] = "true";
        variables["STRATA"] = "true";
        GitHubContext.AddVariables(github, live.Facts.Identity, variables);
        AddRunner(live, variables);
        files?.AddVariables(variables);
        return variables;
    }

    private static void AddPaths(List<string> paths, Dictionary<string, string> variables)
    {
        for (var i = 0; i < paths.Count; i++)
        {
            variables["PATH"] = $"{paths[i]}:{variables["PATH"]}";
        }
    }

    private static void AddRunner(LiveJob live, Dictionary<string, string> variables)
    {
        variables["RUNNER_OS"] = "Linux";
        variables["RUNNER_ARCH"] = ContextValues.Architecture;
        variables["RUNNER_NAME"] = "strata";
        variables["RUNNER_TEMP"] = ContextValues.RunnerTemp;
        variables["RUNNER_TOOL_CACHE"] = ContextValues.RunnerToolCache;
        variables["RUNNER_ENVIRONMENT"] = "self-hosted";
        if (live.Facts.Debug)
        {
            variables["RUNNER_DEBUG"] = "1";
        }
    }
}
