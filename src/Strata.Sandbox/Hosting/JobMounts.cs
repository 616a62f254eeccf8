using Strata.Sandbox.Runtimes;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>The mounts inside a job, in order.</summary>
internal static class JobMounts
{
    internal static List<OciMount> List(Slot slot, SandboxSpec spec, string hostName, HostSetup host, uint owner)
    {
        var mounts = new List<OciMount>
        {
            new("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            new("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            new("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
            new("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777"),
            new("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
            new("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        };
        if (!host.Ids.IsNested)
        {
            mounts.Add(new("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
        }

        mounts.Add(OciMount.Bind(slot.View(slot.Temporary), "/tmp", readOnly: false));
        if (spec.HasWorkspace)
        {
            mounts.Add(OciMount.Bind(slot.Workspace, SandboxSpec.WorkspacePath, readOnly: false));
        }

        mounts.Add(OciMount.Bind(slot.View(slot.Exchange), SandboxSpec.ExchangePath, readOnly: false));
        if (spec.SecretFiles.Count > 0)
        {
            mounts.Add(OciMount.Bind(slot.Secrets, SandboxSpec.SecretsPath, readOnly: true));
        }

        EtcFiles.Add(mounts, slot, hostName, spec.Network, owner);
        return mounts;
    }
}
