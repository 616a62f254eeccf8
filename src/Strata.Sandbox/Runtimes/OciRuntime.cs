using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Runtimes;

/// <summary>Command lines of an OCI runtime. crun, runc and runsc agree on these.</summary>
internal sealed record OciRuntime(string Path, string StateDirectory, bool ControlGroups)
{
    internal string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Process 1 gets the very descriptors the runtime was started with; runc copies what it reads and writes, and those that put a kernel between (runsc, kata) pass bytes only.</summary>
    internal bool KeepsSockets => Name is "crun";

    private string[] GlobalArguments => ControlGroups || Name != "crun" ? ["--root", StateDirectory] : ["--root", StateDirectory, "--cgroup-manager=disabled"];

    /// <summary>In the foreground: it waits for process 1, then removes what it made.</summary>
    internal ChildProcessSpec Run(string bundle, string processIdFile, string id) =>
        Command("run", "--bundle", bundle, "--pid-file", processIdFile, id);

    internal ChildProcessSpec Exec(string processFile, string processIdFile, string logFile, string id) => new()
    {
        FileName = Path,
        Arguments = ["--log", logFile, .. GlobalArguments, "exec", "--process", processFile, "--pid-file", processIdFile, id],
        Environment = MinimalEnvironment,
    };

    private ChildProcessSpec Command(params string[] arguments) => new()
    {
        FileName = Path,
        Arguments = [.. GlobalArguments, .. arguments],
        Environment = MinimalEnvironment,
    };

    private static Dictionary<string, string> MinimalEnvironment => new() { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" };
}
