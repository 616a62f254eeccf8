using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Mounts;

namespace Strata.Sandbox.Hosting;

/// <summary>A tree as a lower of one sandbox: mounted, and with the job's ids, where this host can do that. Call in the mount namespace thread.</summary>
internal static class LowerMount
{
    /// <param name="target">An empty directory.</param>
    /// <returns>Where the tree can be seen.</returns>
    /// <exception cref="IOException">The kernel refused.</exception>
    internal static string Place(SandboxParts parts, HostSetup host, SandboxTree tree, string target, SafeFileHandle userNamespace)
    {
        var source = Show(parts, host, tree, target);
        if (!host.CanIdmap)
        {
            return source;
        }

        IdmappedMount.Mount(source, target, userNamespace); // over the mount itself, if it is one
        parts.MountTargets.Add(target);
        return target;
    }

    private static string Show(SandboxParts parts, HostSetup host, SandboxTree tree, string target)
    {
        switch (tree)
        {
            case SandboxTree.Mounted mounted:
                mounted.MountAt(target);
                parts.MountTargets.Add(target);
                return target;
            case SandboxTree.HostDirectory directory when host.View.Source(directory.Path) is var source && Directory.Exists(source):
                return source;
            default:
                throw SandboxDiagnostics.Refused(SandboxDiagnostics.TreeMissing(((SandboxTree.HostDirectory)tree).Path));
        }
    }
}
