using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>Paths that were written out, of which symbolic links are followed: each shows what it leads to. What patterns find stays what it is.</summary>
/// <param name="Paths">From the overlay's root.</param>
/// <param name="Mount">Where the overlay is mounted, as jobs see it: <c>/workspace</c>, or empty for the root. A link that leads out of it is an error.</param>
public sealed record FollowedPaths(IReadOnlyList<byte[]> Paths, byte[] Mount)
{
    public static FollowedPaths None { get; } = new([], []);
}

/// <summary>
/// Follows links in a tree that may not have all of what they lead to yet: then it says what is missing. The tree stays as it is, so what is followed cannot lead into itself.
/// </summary>
/// <param name="known">Paths that are in the tree, with all below.</param>
internal sealed class LinkFollowing(MergedTree tree, FollowedPaths followed, HashSet<byte[]> known)
{
    private const int LinksMax = 40; // the kernel's (path_resolution(7))

    private readonly HashSet<byte[]> _shown = new(NameComparer.Instance); // links that show something else by now
    private byte[]? _missing;
    private int _links;

    /// <param name="missing">To be in the tree, with all below, before it can be said. Null: it is done.</param>
    /// <returns>The tree with what links lead to in their place; a link that leads nowhere is not in it.</returns>
    /// <exception cref="IOException">A link leads out of the overlay.</exception>
    public MergedTree Follow(out byte[]? missing)
    {
        var result = tree;
        foreach (var path in followed.Paths)
        {
            result = Follow(result, path);
        }

        missing = _missing;
        return result;
    }

    private MergedTree Follow(MergedTree result, byte[] path)
    {
        _links = 0;
        byte[] at = [];
        byte[] shown = [];
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            var name = path.AsSpan()[range];
            (at, shown) = (TreePath.Join(at, name), TreePath.Join(shown, name));
            if (tree.Find(at)?.Entry is not { Kind: EntryKind.Symlink } link)
            {
                continue;
            }

            var target = Resolve(at, link, path);
            if (_missing is not null)
            {
                return result;
            }

            result = _shown.Add(shown) ? result.With(shown, target is null ? null : tree, target ?? []) : result;
            if (target is null)
            {
                return result;
            }

            at = target;
        }

        return result;
    }

    /// <returns>Null: it leads nowhere, or in circles; or something is missing.</returns>
    private byte[]? Resolve(byte[] path, LayerEntry link, byte[] asked)
    {
        var (left, last) = (new Stack<byte[]>(), link);
        var at = Start(path[..TreePath.ParentLength(path)], link, left, asked);
        while (left.TryPop(out var name))
        {
            if (name is [(byte)'.', (byte)'.'])
            {
                at = at.Length == 0 ? throw LeadsOut(asked, last) : at[..TreePath.ParentLength(at)];
                continue;
            }

            at = TreePath.Join(at, name);
            if (!IsKnown(at))
            {
                _missing = left.TakeWhile(static n => n is not [(byte)'.', (byte)'.']).Aggregate(at, static (path, n) => TreePath.Join(path, n));
                return null;
            }

            switch (tree.Find(at)?.Entry)
            {
                case null:
                    return null;
                case { Kind: EntryKind.Symlink } next when ++_links > LinksMax:
                    return null;
                case { Kind: EntryKind.Symlink } next:
                    at = Start(at[..TreePath.ParentLength(at)], last = next, left, asked);
                    break;
                case { Kind: not EntryKind.Directory } when left.Count > 0:
                    return null;
            }
        }

        if (!known.Contains(at)) // the directory alone may be there, for something else below it
        {
            _missing = at;
            return null;
        }

        return at;
    }

    /// <returns>Where what the link says begins; its names are put on what is left.</returns>
    private byte[] Start(byte[] parent, LayerEntry link, Stack<byte[]> left, byte[] asked)
    {
        var target = link.Link.AsSpan();
        if (target is [(byte)'/', ..])
        {
            parent = [];
            var absolute = Normalized(target);
            if (!absolute.AsSpan().SequenceEqual(followed.Mount) && !TreePath.IsBelow(absolute, followed.Mount))
            {
                throw LeadsOut(asked, link);
            }

            target = absolute.AsSpan()[Math.Min(absolute.Length, followed.Mount.Length + 1)..];
        }

        var names = new List<byte[]>();
        foreach (var range in target.Split((byte)'/'))
        {
            if (target[range] is not ([] or [(byte)'.']))
            {
                names.Add(target[range].ToArray());
            }
        }

        for (var i = names.Count - 1; i >= 0; i--)
        {
            left.Push(names[i]);
        }

        return parent;
    }

    /// <summary>One slash between names, none at the end: to compare with where the overlay is.</summary>
    private static byte[] Normalized(ReadOnlySpan<byte> target)
    {
        byte[] path = [];
        foreach (var range in target.Split((byte)'/'))
        {
            if (target[range] is not ([] or [(byte)'.']))
            {
                path = [.. path, (byte)'/', .. target[range]];
            }
        }

        return path;
    }

    private bool IsKnown(byte[] path) => known.Any(k => path.AsSpan().SequenceEqual(k) || TreePath.IsBelow(path, k) || TreePath.IsBelow(k, path));

    private IOException LeadsOut(byte[] asked, LayerEntry link) => new(
        $"{PosixPath.Show(asked)} leads through a symbolic link to {PosixPath.Show(link.Link)}, which is outside of {(followed.Mount.Length == 0 ? "the job's root" : PosixPath.Show(followed.Mount))}: links are followed within it only");
}
