using System.Globalization;
using Strata.Execution.Contexts;
using Strata.Execution.Steps;
using Strata.Images;
using Strata.Layers.Entries;
using Strata.Layers.Views;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>What every hermetic step finds, on every host and in every run. Whoever changes any of it changes <see cref="Profile"/>: it is part of the keys.</summary>
internal static class HermeticEnvironment
{
    /// <summary>Version of all that is fixed here, in <see cref="HermeticSandbox"/> and in the sandboxes of jobs: users, mounts, limits, host name, umask.</summary>
    public const string Profile = "1";

    /// <summary>The one setting of time that a step has: its inputs' and its outputs'.</summary>
    public const string EpochVariable = "SOURCE_DATE_EPOCH";

    /// <param name="own">What is set for this step alone.</param>
    /// <param name="files">Null: none.</param>
    public static Dictionary<string, string> Build(ImageConfig image, ImageUser user, IReadOnlyDictionary<string, string> own, StepFileSet? files)
    {
        var variables = new Dictionary<string, string>(image.Environment, StringComparer.Ordinal)
        {
            ["CI"] = "true",
            ["HOME"] = user.Home,
            ["LANG"] = "C.UTF-8",
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
            [EpochVariable] = ViewDirectory.DefaultModified.Seconds.ToString(CultureInfo.InvariantCulture),
        };
        variables.TryAdd("PATH", StepEnvironment.DefaultPath);
        foreach (var (name, value) in own)
        {
            variables[name] = value;
        }

        variables["GITHUB_ACTIONS"] = "true";
        variables["STRATA"] = "true";
        variables["GITHUB_WORKSPACE"] = SandboxSpec.WorkspacePath;
        variables["STRATA_WORKSPACE"] = SandboxSpec.WorkspacePath;
        variables["RUNNER_OS"] = "Linux";
        variables["RUNNER_ARCH"] = ContextValues.Architecture;
        variables["RUNNER_TEMP"] = ContextValues.RunnerTemp;
        files?.AddVariables(variables);
        return variables;
    }

    /// <summary>Of all files that the step sees.</summary>
    public static Timestamp Epoch(IReadOnlyDictionary<string, string> own) => OwnEpoch(own) ?? ViewDirectory.DefaultModified;

    /// <summary>Null: the step does not say.</summary>
    public static Timestamp? OwnEpoch(IReadOnlyDictionary<string, string> own) =>
        own.TryGetValue(EpochVariable, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= uint.MaxValue
            ? new(seconds, 0)
            : null;
}
