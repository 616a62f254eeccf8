using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Native;
using Strata.Sandbox.Runtimes;
using Strata.Sandbox.Site;

namespace Strata.Sandbox.Hosting;

/// <summary>What this machine gives every sandbox; found out once, when the first one starts.</summary>
internal sealed record HostSetup
{
    private const ulong OpenFilesWanted = 1_048_576; // docker's default
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    internal required HostIds Ids { get; init; }

    /// <summary>Lowers can be id-mapped: trees are stored with plain owners and each sandbox has its own id range.</summary>
    internal required bool CanIdmap { get; init; }

    internal required OciRuntime Runtime { get; init; }

    internal required Lazy<SiteSettings> Site { get; init; }

    internal required SeccompCache Seccomp { get; init; }

    internal required string InitPath { get; init; }

    /// <summary>Where runtimes see the sandboxes' directory.</summary>
    internal required TraversableView View { get; init; }

    internal required ControlGroupHierarchies ControlGroups { get; init; }

    /// <summary>Never above the hard limit: raising it needs CAP_SYS_RESOURCE, which some hosts' root lacks.</summary>
    internal ulong OpenFilesMax { get; } = OpenFilesLimit();

    private static unsafe ulong OpenFilesLimit()
    {
        var limits = stackalloc ulong[2];
        return LibC.GetLimit(OpenFiles, limits) == 0 ? Math.Min(limits[1], OpenFilesWanted) : 1024;
    }
}
