namespace Strata.Images.BaseSystems;

/// <summary>The command line that makes a base system as a tar on stdout. Names in it have been checked.</summary>
internal static class BuilderCommand
{
    public const string Program = "mmdebstrap";
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    public const string Variant = "minbase"; // essential, required and apt: what the distribution's own container images have

    /// <summary>The image's times, and what clamps those of its files: 1980-01-01, the earliest every format can hold.</summary>
    public const string SourceDateEpoch = "315532800";

    /// <summary>Part of the key: a change of what this class does to the content is a new number.</summary>
    public const string Recipe = "2";

    public static IReadOnlyList<string> Compose(string suite, IReadOnlyList<string> packages, IReadOnlyList<string> sources, string? aptOptionsFile)
    {
        var privileged = Environment.IsPrivilegedProcess;
        var command = new List<string> { "setsid", "setpriv", "--pdeathsig", "KILL" }; // a session of its own: Ctrl-C is for strata to obey, not for its helpers
        if (privileged)
        {
            command.AddRange(["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--propagation", "private", "--mount-proc"]);
        }

        command.AddRange(
        [
            Program,
            privileged ? "--mode=root" : "--mode=unshare",
            $"--variant={Variant}",
            "--format=tar",
            "--dpkgopt=force-unsafe-io", // stays in the image: a job's files need not survive a power cut either
            "--skip=output/dev",
            $"--customize-hook={CleanUp(suite)}",
        ]);
        if (aptOptionsFile is not null)
        {
            command.Add($"--aptopt={aptOptionsFile}");
        }

        if (packages.Count > 0)
        {
            command.Add($"--include={string.Join(',', packages)}");
        }

        command.AddRange([suite, "-", .. sources]);
        return command;
    }

    public static IReadOnlyDictionary<string, string> Variables(string scratch) => new Dictionary<string, string>
    {
        ["PATH"] = SearchPath,
        ["HOME"] = scratch, // no settings of the user's
        ["LC_ALL"] = "C.UTF-8",
        ["TMPDIR"] = scratch,
        ["SOURCE_DATE_EPOCH"] = SourceDateEpoch,
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["RUNLEVEL"] = "1", // maintainer scripts start no services
    };

    /// <summary>What is the host's, or differs from build to build, does not stay: its name servers, its name, its mirror, its apt settings.</summary>
    private static string CleanUp(string suite)
    {
        var sources = string.Join(' ', AptSources.ForImage(suite).Select(line => $"'{line}'"));
        return "set -e; cd \"$1\"; " + ReleaseDigests.Command + "; rm -rf etc/apt/apt.conf.d/99mmdebstrap etc/apt/sources.list.d/* etc/apt/auth.conf.d/* "
            + "etc/hostname etc/resolv.conf var/cache/debconf/*-old var/lib/dpkg/*-old var/cache/ldconfig/*; "
            + ": > etc/resolv.conf; chmod 644 etc/resolv.conf; "
            + $"printf '%s\\n' {sources} > etc/apt/sources.list";
    }
}
