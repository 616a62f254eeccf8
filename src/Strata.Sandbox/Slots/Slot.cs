using System.Globalization;
using Strata.Sandbox.Namespaces;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Slots;

/// <summary>
/// The place of one live sandbox on this machine: a number, an id range, a directory.
/// <code>
/// live/N.lock      flock'ed while the sandbox lives
/// live/N/          0711: the job's root owner must get through to its own parts
///   root           overlay of the root (mounted in the private namespace only)
///   root-upper-X, root-work-X       X: random
///   workspace      overlay of /workspace
///   workspace-upper-X, workspace-work-X
///   exchange       /run/strata inside
///   tmp            /tmp inside, with /tmp/runner
///   secrets        /run/secrets inside (mounted in the private namespace only)
///   lower/0…       id-mapped views of the lowers
///   bind/0…        what is bound from elsewhere; site/ generated settings
///   etc            generated files of /etc
///   bundle         config.json, process files; 0700
/// </code>
/// </summary>
internal sealed class Slot(int number, string directory, SlotLock slotLock) : IDisposable
{
    private readonly string _once = Guid.NewGuid().ToString("n")[..8]; // see FreshBlocks

    internal int Number => number;

    internal string Directory => directory;

    /// <summary>The same directory as the runtime reaches it (TraversableView).</summary>
    internal string ViewDirectory { get => field ?? directory; set; }

    internal string Root => $"{ViewDirectory}/root";

    internal string RootUpper => $"{Directory}/root-upper-{_once}";

    internal string RootWork => $"{Directory}/root-work-{_once}";

    internal string Workspace => $"{ViewDirectory}/workspace";

    internal string WorkspaceUpper => $"{Directory}/workspace-upper-{_once}";

    internal string WorkspaceWork => $"{Directory}/workspace-work-{_once}";

    internal string Exchange => $"{Directory}/exchange";

    internal string Temporary => $"{Directory}/tmp";

    internal string Secrets => $"{ViewDirectory}/secrets";

    internal string Bundle => $"{Directory}/bundle";

    internal string Etc => $"{Directory}/etc";

    /// <summary>A directory of ours as the source of a bind mount.</summary>
    internal string View(string path) => $"{ViewDirectory}{path.AsSpan(Directory.Length)}";

    internal string Lower(int index) => string.Create(CultureInfo.InvariantCulture, $"{ViewDirectory}/lower/{index}");

    /// <summary>The job's root owns what it writes to; overlay roots before mounting, else the runtime could not make mount points in them.</summary>
    internal void CreateDirectories(IdRange ids)
    {
        Make(Directory, 0b111_001_001);
        foreach (var path in (string[])[$"{Directory}/root", $"{Directory}/workspace", Bundle])
        {
            Make(path, 0b111_000_000);
        }

        Make(Exchange, 0b111_101_101, ids);
        Make(Etc, 0b111_101_101, ids);
        Make(Temporary, 0b1_111_111_111, ids);
        Make($"{Temporary}/runner", 0b1_111_111_111, ids); // RUNNER_TEMP
        FreshBlocks.Spread(Directory);
        Make(RootWork, 0b111_000_000);
        Make(RootUpper, 0b111_101_101, ids);
        Make(WorkspaceWork, 0b111_000_000);
        Make(WorkspaceUpper, 0b111_101_101, ids);
    }

    /// <summary>After <see cref="CreateDirectories"/>: mount points of what the overlays stand on.</summary>
    internal void CreateLowers(int count)
    {
        if (count > 0)
        {
            Make($"{Directory}/lower", 0b111_000_000);
        }

        for (var i = 0; i < count; i++)
        {
            Make($"{Directory}/lower/{i}", 0b111_000_000);
        }
    }

    /// <summary>Removes everything of the slot, then lets it go.</summary>
    internal void Remove()
    {
        TreeRemoval.Remove(Directory);
        Dispose();
    }

    public void Dispose() => slotLock.Dispose();

    private static void Make(string path, uint mode, IdRange? owner = null)
    {
        if (LibC.MakeDirectory(path, mode) < 0
            || LibC.ChangeMode(path, mode) < 0 // whatever the umask
            || (owner is { } ids && LibC.ChangeOwner(path, ids.HostBase, ids.HostBase) < 0))
        {
            throw Errno.Failure(path);
        }
    }
}
