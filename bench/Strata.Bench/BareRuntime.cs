using System.Runtime.InteropServices;
using Strata.Sandbox;
using Strata.Sandbox.Processes;

namespace Strata.Bench;

/// <summary>crun (or runc) alone: an overlay by mount(2), `run` of /bin/true with the usual namespaces, unmount, remove. No id maps, limits, seccomp or steps.</summary>
internal sealed partial class BareRuntime : IAsyncDisposable
{
    private const string Config = """
        {"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/bin/true"],"env":["PATH=/bin"],"cwd":"/",
        "capabilities":{"bounding":["CAP_CHOWN"],"effective":["CAP_CHOWN"],"permitted":["CAP_CHOWN"]}},
        "root":{"path":"ROOT"},"hostname":"bench","mounts":[{"destination":"/proc","type":"proc","source":"proc"},
        {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755"]},
        {"destination":"/sys","type":"sysfs","source":"sysfs","options":["ro","nosuid","nodev","noexec"]}],
        "linux":{"cgroupsPath":"/strata-bench/bare","namespaces":[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"},{"type":"cgroup"}]}}
        """;

    private readonly ISandbox _threadOwner;
    private readonly string _directory;
    private readonly string _tree;
    private readonly string _runtime = File.Exists("/usr/bin/crun") ? "crun" : "runc";

    private BareRuntime(ISandbox threadOwner, string directory, string tree) => (_threadOwner, _directory, _tree) = (threadOwner, directory, tree);

    /// <summary>The runtime needs a mount namespace it can work in (hybrid cgroups): that of an idle sandbox's host thread.</summary>
    public static async Task<BareRuntime> PrepareAsync(ISandboxHost host, ThrowawayDirectory directory, string tree)
    {
        var idle = await host.StartAsync(
            new SandboxSpec { Name = "idle", RootLowers = [tree], WorkspaceLowers = [], Network = false, Site = false }, CancellationToken.None);
        var bundle = Directory.CreateDirectory(directory.File("bare")).FullName;
        File.WriteAllText(Path.Combine(bundle, "config.json"), Config.Replace("ROOT", Path.Combine(bundle, "root"), StringComparison.Ordinal));
        return new(idle, bundle, tree);
    }

    public async Task RunAsync()
    {
        var (root, upper, work) = (Path.Combine(_directory, "root"), Path.Combine(_directory, "upper"), Path.Combine(_directory, "work"));
        var child = await _threadOwner.RunInMountNamespaceAsync(
            () =>
            {
                foreach (var path in (string[])[root, upper, work])
                {
                    Directory.CreateDirectory(path);
                }

                Check(Mount("overlay", root, "overlay", 0, $"lowerdir={_tree},upperdir={upper},workdir={work}"));
                return ChildProcess.Start(new() { FileName = _runtime, Arguments = ["--root", Path.Combine(_directory, "state"), "run", "--bundle", _directory, "bare"] });
            },
            CancellationToken.None);
        using (child)
        {
            if (await child.Exit is var code and not 0)
            {
                throw new InvalidOperationException($"{_runtime}: {code}");
            }
        }

        await _threadOwner.RunInMountNamespaceAsync(
            () =>
            {
                Check(Unmount(root, 0));
                Directory.Delete(upper, recursive: true);
                Directory.Delete(work, recursive: true);
                return 0;
            },
            CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _threadOwner.DisposeAsync();
        await Shell.RunAsync("for d in $(find /sys/fs/cgroup -depth -type d -name strata-bench); do rmdir $d; done", "/");
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
