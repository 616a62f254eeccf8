using Strata.Core.Diagnostics;

namespace Strata.Sandbox;

/// <summary>STR50xx: this machine. STR51xx: starting a sandbox. STR52xx: while it runs. STR53xx: as a normal user.</summary>
internal static class SandboxDiagnostics
{
    internal static EnvironmentException Refused(Diagnostic diagnostic, Exception? cause = null) => new(diagnostic, cause);

    internal static Diagnostic RuntimeMissing() =>
        Error("STR5001", "No OCI runtime is installed: neither crun nor runc is in PATH.", "Install one: apt-get install crun");

    internal static Diagnostic ConfiguredRuntimeMissing(string path) =>
        Error("STR5003", $"The configured OCI runtime {path} does not exist or is not executable.", "Correct the setting, or remove it to use crun or runc.");

    internal static Diagnostic MountNamespaceRefused(string why) =>
        Error("STR5004", $"The kernel refused a private mount namespace ({why}).", "Run as root, or as a normal user with a subuid range: strata doctor.");

    internal static Diagnostic UserNamespaceRefused(string why) =>
        Error("STR5005", $"The kernel refused a user namespace for the job ({why})", "Check sysctl user.max_user_namespaces and kernel.unprivileged_userns_clone.");

    internal static Diagnostic TooFewIds(uint count) =>
        Error("STR5006", $"Only {count} user ids are mapped here; a job needs 65536.", "Give the user a subuid and subgid range of 65536 ids: strata doctor.");

    internal static Diagnostic ShiftedTrees() =>
        Warning("STR5007", "Trees in the data directory cannot be id-mapped: they are stored with shifted owners.", "Linux 5.19 or later with ext4, xfs, btrfs or tmpfs keeps one copy for all jobs.");

    internal static Diagnostic SlirpMissing() =>
        Error("STR5008", "A job wants a network, but slirp4netns is not installed.", "Install it (apt-get install slirp4netns), or give the job network: none.");

    internal static Diagnostic UnsupportedProcessor(string architecture) =>
        Error("STR5009", $"Sandboxes run on x86-64 and arm64, not on {architecture}.", null);

    internal static Diagnostic OverlayRefused(string why) =>
        Error("STR5101", $"The job's file system could not be mounted: {why}", "The data directory must be on a local file system that overlayfs takes as an upper layer (not overlayfs, NFS or vfat).");

    internal static Diagnostic StartFailed(string runtime, string why) =>
        Error("STR5102", $"The sandbox did not start; {runtime} says: {why}", "strata doctor tells what works on this machine.");

    internal static Diagnostic NetworkFailed(string why) =>
        Error("STR5103", $"The job's network could not be set up: {why}", "The job was not started: it may not run with another network than it asked for.");

    internal static Diagnostic SlotsExhausted(int count) =>
        Error("STR5104", $"{count} sandboxes are live in this data directory: no more are possible.", "Use another --data directory, or wait.");

    internal static Diagnostic DataDirectoryFailed(string why) =>
        Error("STR5105", $"The sandbox's directories could not be made: {why}", "Check space and permissions of the data directory (--data, $STRATA_DATA).");

    internal static Diagnostic TreeMissing(string path) =>
        Error("STR5106", $"The tree {path} does not exist any more.", "It was removed while a job wanted it; run again.");

    internal static Diagnostic BindRefused(string why) =>
        Error("STR5107", $"A host path could not be made visible in the job: {why}", "Check that it exists and is readable.");

    internal static Diagnostic SecretsFailed(string why) =>
        Error("STR5108", $"The secret files of a sandbox could not be made in memory: {why}", "It was not started: secrets are never written to disk.");

    internal static Diagnostic DiskLimitReached(string limit, string used) =>
        Error("STR5201", $"The job wrote {used}; its disk limit is {limit}. It was ended.", "Raise resources.disk, or write less.");

    internal static Diagnostic LimitNotEnforced(string limit, string why) =>
        Warning("STR5203", $"The limit '{limit}' is not enforced here: {why}.", "Run as root, or on a machine with that cgroup controller.");

    internal static Diagnostic SubIdsMissing(string user, string file) =>
        Error("STR5301", $"The user {user} has no range of 65536 ids in {file}.", $"As root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}");

    internal static Diagnostic ProgramMissing(string program, string package) =>
        Error("STR5302", $"Sandboxes of a normal user need {program}, which is not installed.", $"As root: apt-get install {package}");

    internal static Diagnostic RootlessRefused(string why) =>
        Error("STR5303", $"A user namespace for this user could not be set up: {why}", "Check sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns and user.max_user_namespaces.");

    internal static Diagnostic TunDeviceRefused() =>
        Error("STR5304", "This user may not open /dev/net/tun, which a job's network needs.", "As root: chmod 0666 /dev/net/tun (every distribution's default), or give the job network: none.");

    private static Diagnostic Error(string code, string message, string? help) => new(code, Severity.Error, message, null, help);

    private static Diagnostic Warning(string code, string message, string? help) => new(code, Severity.Warning, message, null, help);
}
