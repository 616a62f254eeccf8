namespace Strata.Sandbox;

/// <summary>A file tree a sandbox stands on. Never written.</summary>
public abstract record SandboxTree
{
    private SandboxTree()
    {
    }

    /// <summary>A directory of this host, its owners shifted as <see cref="ISandboxHost.TreeOwnerShift"/> says.</summary>
    public sealed record HostDirectory(string Path) : SandboxTree;

    /// <summary>Something that is mounted for each sandbox anew, with plain owners. Only where trees need no shift.</summary>
    /// <param name="Name">For messages.</param>
    /// <param name="MountAt">
    /// Mounts it at an empty directory, which the sandbox unmounts. Called on the thread that has the sandboxes' mounts: it may not start threads or
    /// tasks. Fails with an IOException.
    /// </param>
    public sealed record Mounted(string Name, Action<string> MountAt) : SandboxTree;

    public static implicit operator SandboxTree(string path) => FromString(path);

    public static SandboxTree FromString(string path) => new HostDirectory(path);
}
