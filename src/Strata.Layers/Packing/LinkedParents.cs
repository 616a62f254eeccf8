using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>
/// Where a name goes when a directory that leads to it is a link in a layer below: where the link points to, as if the archive were unpacked over those layers ("extracted like a regular
/// tar archive", OCI image-spec, layer.md). A directory made in its place would hide the link, and all that is found through it. Links are followed within the root, as a job will follow them.
/// </summary>
/// <param name="tree">What the archive brought so far goes before what is below.</param>
internal sealed class LinkedParents(EntryTree tree, OciWhiteouts whiteouts, IReadOnlyList<ErofsReader> lowers)
{
    private const int LinksMax = 40; // as Linux

    private byte[]? _recent;
    private byte[] _recentTarget = [];

    /// <summary>The directory, with no link of the layers below in it; what is not there is taken as written.</summary>
    /// <param name="entry">For messages.</param>
    /// <exception cref="HostileArchiveException">The links have no end, or lead too deep.</exception>
    public byte[] Resolve(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> entry)
    {
        if (_recent is null || !directory.SequenceEqual(_recent))
        {
            (_recentTarget, _recent) = (Follow(directory, entry), directory.ToArray());
        }

        return _recentTarget;
    }

    /// <summary>What comes elsewhere may change where a directory leads; what comes in it does not.</summary>
    public void Forget() => _recent = null;

    private byte[] Follow(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> entry)
    {
        var done = new List<byte[]>();
        var left = new Stack<byte[]>();
        Push(left, directory);
        for (var links = 0; left.TryPop(out var name);)
        {
            if (name is [(byte)'.', (byte)'.'])
            {
                done.RemoveRange(Math.Max(done.Count - 1, 0), Math.Min(done.Count, 1)); // above the root is the root
                continue;
            }

            done.Add(name);
            if (LinkAt(Join(done)) is not { } target)
            {
                continue;
            }

            if (++links > LinksMax)
            {
                throw new HostileArchiveException($"{PosixPath.Show(entry)}: what leads to it in the layers below is more than {LinksMax} links.", ArchiveFault.Unsafe);
            }

            done.RemoveRange(target is [(byte)'/', ..] ? 0 : done.Count - 1, target is [(byte)'/', ..] ? done.Count : 1);
            Push(left, target);
        }

        var path = Join(done);
        return path.Length == 0 || EntryPath.IsNormal(path) ? path
            : throw new HostileArchiveException($"{PosixPath.Show(entry)}: links in the layers below lead it too deep.", ArchiveFault.TooLarge);
    }

    /// <summary>A link of the layers below, unless a whiteout that came before hides it: of one that comes later nothing is known yet, as for whoever unpacks an archive name by name.</summary>
    private byte[]? LinkAt(byte[] path) =>
        tree.Find(path) == EntryTree.None && !whiteouts.Hide(path) && LowerLayers.Find(lowers, path) is var (_, below) && below.Entry.Kind is EntryKind.Symlink
            ? below.Entry.Link
            : null;

    private static void Push(Stack<byte[]> left, ReadOnlySpan<byte> path)
    {
        for (var end = path.Length; end > 0;)
        {
            var start = path[..end].LastIndexOf((byte)'/') + 1;
            var name = path[start..end];
            if (!name.IsEmpty && name is not [(byte)'.'])
            {
                left.Push(name.ToArray());
            }

            end = Math.Max(start - 1, 0);
        }
    }

    private static byte[] Join(List<byte[]> names)
    {
        var path = new byte[Math.Max(names.Sum(static n => n.Length + 1) - 1, 0)];
        var at = 0;
        foreach (var name in names)
        {
            if (at > 0)
            {
                path[at++] = (byte)'/';
            }

            name.CopyTo(path, at);
            at += name.Length;
        }

        return path;
    }
}
