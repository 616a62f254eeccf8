using System.Globalization;
using Strata.Execution.Images;
using Strata.Execution.Logs;
using Strata.Sandbox;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>Says why a command failed and what to do, as far as its end and its output tell.</summary>
internal static class FailureHints
{
    private const int NotFound = 127;

    public static string Reason(ExecOutcome outcome, OutputHints output, LiveJob live, ExecSpec spec)
    {
        if (outcome.SandboxEnded is { } ended)
        {
            return $"{ended.Message} {ended.Help}";
        }

        var code = outcome.ExitCode.ToString(CultureInfo.InvariantCulture);
        if (outcome.OutOfMemory)
        {
            return $"exit code {code}: a process was killed because the job used more memory than it may{Limit(live.Job.Resources)}. "
                + "Raise 'resources: {memory: …}' of the job.";
        }

        if (outcome.StartError is { } error)
        {
            return outcome.ExitCode == NotFound ? Missing(spec.Arguments[0], live, spec) : $"'{spec.Arguments[0]}' could not be started: {error}";
        }

        if (output.DiskFull)
        {
            return live.Job.Resources.Disk is { } disk
                ? $"exit code {code}: the job wrote more than it may ({disk}). Raise 'resources: {{disk: …}}' of the job."
                : $"exit code {code}: the disk is full. Free some space in the data directory's file system.";
        }

        return outcome.ExitCode == NotFound && output.MissingProgram is { } program ? Missing(program, live, spec) : $"exit code {code}";
    }

    private static string Missing(string program, LiveJob live, ExecSpec spec)
    {
        if (NarrowedPath(live, spec) is { } path)
        {
            return $"exit code {NotFound}: '{program}' is not in the directories of PATH, which the workflow sets to '{path}'. Directories are added with "
                + "`echo DIRECTORY >> $GITHUB_PATH`; those of the image stay then.";
        }

        var held = live.ImageName == DefaultJobImage.Name ? $" The default image holds {DefaultJobImage.Holds}." : "";
        return $"exit code 127: '{program}' is not in the image '{live.ImageName}'.{held} Add the Debian package that has it:\n"
            + $"images:\n  tools:\n    from: debootstrap:bookworm\n    packages: [{PackageGuess(program)}]\n"
            + "and 'image: tools' in the job.";
    }

    /// <summary>The command's PATH if a directory that the image searches is not in it: then nobody knows whether the image has the program.</summary>
    private static string? NarrowedPath(LiveJob live, ExecSpec spec)
    {
        var path = spec.Environment.GetValueOrDefault("PATH", "");
        var wanted = live.ImageEnv.GetValueOrDefault("PATH", StepEnvironment.DefaultPath).Split(':');
        return wanted.Except(path.Split(':'), StringComparer.Ordinal).Any() ? path : null;
    }

    /// <summary>Packages whose program has another name, for the usual ones.</summary>
    private static string PackageGuess(string program) => program switch
    {
        "node" or "nodejs" => "nodejs",
        "npm" or "npx" => "nodejs, npm",
        "python" => "python3, python-is-python3",
        "pip" or "pip3" => "python3-pip",
        "g++" or "gcc" or "make" or "cc" => "build-essential",
        "java" or "javac" => "default-jdk-headless",
        "mvn" => "maven",
        "go" => "golang-go",
        "cargo" or "rustc" => "cargo",
        "ps" or "free" or "top" => "procps",
        "ip" or "ss" => "iproute2",
        "ping" => "iputils-ping",
        "xz" => "xz-utils",
        _ => program,
    };

    private static string Limit(Resources resources) => resources.Memory is { } memory ? $" ({memory})" : "";
}
