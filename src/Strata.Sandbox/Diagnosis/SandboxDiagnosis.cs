using Strata.Core.Diagnostics;
using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Hosting;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Rootless;

namespace Strata.Sandbox.Diagnosis;

/// <summary>What works on this machine, for <c>strata doctor</c>. As a normal user call it after <see cref="RootlessReexec"/> if that succeeds.</summary>
public static class SandboxDiagnosis
{
    public static async Task<IReadOnlyList<Finding>> RunAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>
        {
            new("kernel", FindingStatus.Ok, Read("/proc/sys/kernel/osrelease"), null),
            User(),
            await RuntimeAsync(options, cancellationToken).ConfigureAwait(false),
            ControlGroups(),
            Program("slirp4netns", "slirp4netns", "jobs with a network"),
            Tun(),
            Program("newuidmap", "uidmap", "sandboxes of normal users"),
            Program("mmdebstrap", "mmdebstrap", "images from debootstrap:SUITE"),
            Program("git", "git", "the source of a run"),
            Seccomp(),
        };
        findings.AddRange(await Task.Run(() => Machine(options), cancellationToken).ConfigureAwait(false));
        return findings;
    }

    private static Finding User()
    {
        if (LibC.EffectiveUser() != 0)
        {
            return RootlessReexec.FindObstacle() is { } obstacle
                ? new("user", FindingStatus.Missing, obstacle.Message, obstacle.Help)
                : new("user", FindingStatus.Ok, $"{Environment.UserName}, with a subuid range", null);
        }

        return RootlessReexec.IsInside ? new("user", FindingStatus.Ok, "a normal user, with a subuid range", null)
            : new HostIds().IsNested
            ? new("user", FindingStatus.Warning, "root of a user namespace: limits are not enforced", "Run as root for limits and id-mapped layers.")
            : new("user", FindingStatus.Ok, "root", null);
    }

    private static async Task<Finding> RuntimeAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var path = options.RuntimePath is { } configured ? ProgramPath.Find(configured) : ProgramPath.Find("crun") ?? ProgramPath.Find("runc");
        if (path is null)
        {
            return new("OCI runtime", FindingStatus.Missing, options.RuntimePath ?? "neither crun nor runc", "apt-get install crun");
        }

        var version = await ChildProcess.RunAsync(new() { FileName = path, Arguments = ["--version"] }, null, cancellationToken).ConfigureAwait(false);
        return version.ExitCode == 0
            ? new("OCI runtime", FindingStatus.Ok, $"{path}: {version.OutputTail.Split('\n')[0]}", null)
            : new("OCI runtime", FindingStatus.Missing, $"{path} --version ended with {version.ExitCode}", "Install it again: apt-get install --reinstall crun");
    }

    private static Finding ControlGroups()
    {
        var hierarchies = ControlGroupHierarchies.Read();
        var mode = (hierarchies.IsLegacy, hierarchies.Unified) switch { (true, null) => "v1", (true, _) => "hybrid", (false, null) => "none", _ => "v2" };
        var absent = Array.FindAll(["cpu", "memory", "pids"], c => hierarchies.Find(c) is null);
        if (LibC.EffectiveUser() != 0 || new HostIds().IsNested)
        {
            return new("cgroups", FindingStatus.Warning, $"{mode}: limits of jobs are not enforced for this user", "Run as root for limits of cpu, memory and pids.");
        }

        return absent.Length == 0
            ? new("cgroups", FindingStatus.Ok, $"{mode}, with cpu, memory and pids", null)
            : new("cgroups", FindingStatus.Warning, $"{mode}, without {string.Join(", ", absent)}: those limits are not enforced", "Enable the controllers on the kernel command line.");
    }

    private static Finding Tun() => LibC.Access("/dev/net/tun", 6) == 0
        ? new("/dev/net/tun", FindingStatus.Ok, "may be opened", null)
        : new("/dev/net/tun", FindingStatus.Missing, "may not be opened: jobs with a network fail", "As root: chmod 0666 /dev/net/tun");

    private static Finding Seccomp() => Read("/proc/self/status").Contains("Seccomp:", StringComparison.Ordinal)
        ? new("seccomp", FindingStatus.Ok, "available", null)
        : new("seccomp", FindingStatus.Missing, "the kernel has no seccomp", "Use a kernel with CONFIG_SECCOMP_FILTER.");

    private static Finding Program(string name, string package, string purpose) => ProgramPath.Find(name) is { } path
        ? new(name, FindingStatus.Ok, path, null)
        : new(name, FindingStatus.Missing, $"needed for {purpose}", $"apt-get install {package}");

    private static List<Finding> Machine(SandboxOptions options)
    {
        var findings = new List<Finding>
        {
            Read("/proc/filesystems").Contains("overlay", StringComparison.Ordinal)
                ? new("overlayfs", FindingStatus.Ok, "available", null)
                : new("overlayfs", FindingStatus.Warning, "not loaded yet", "modprobe overlay"),
        };
        if (LibC.EffectiveUser() != 0)
        {
            return findings; // what this user cannot have is said of the user; root's mappings, tried here, would only be refused
        }

        try
        {
            var shift = SandboxModule.OpenHost(options).TreeOwnerShift;
            findings.Add(shift == 0
                ? new("user namespaces, id-mapped mounts", FindingStatus.Ok, "both work in the data directory", null)
                : new("user namespaces, id-mapped mounts", FindingStatus.Ok, $"user namespaces work; without id-mapped mounts owners of trees are shifted by {shift}", null));
        }
        catch (EnvironmentException e)
        {
            findings.Add(new("user namespaces, id-mapped mounts", FindingStatus.Missing, e.Diagnostic.Message, e.Diagnostic.Help));
        }
        catch (IOException e)
        {
            findings.Add(new("user namespaces, id-mapped mounts", FindingStatus.Missing, e.Message, "Check sysctl user.max_user_namespaces."));
        }
        catch (UnauthorizedAccessException e)
        {
            findings.Add(new("data directory", FindingStatus.Missing, e.Message, "Name another with --data."));
        }

        return findings;
    }

    private static string Read(string path) => ControlGroupHierarchies.ReadOrEmpty(path).Trim();
}
