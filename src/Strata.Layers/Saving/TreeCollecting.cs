using System.Text;
using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>
/// What a job has at the paths that patterns name, whoever put it there, as one layer of its own. What matches comes with the directories above it, and a
/// directory with all below.
/// </summary>
/// <param name="gate">Asked before anything is stored.</param>
public sealed class TreeCollecting(ILayerPlace place, SecretGate gate)
{
    private const int BehindMax = 100;

    /// <param name="root">The directory that becomes the root, from the overlay's root.</param>
    /// <param name="matches">Whether a path from the overlay's root is wanted; and whether anything below it may be.</param>
    /// <param name="followed">What of it was written out.</param>
    /// <exception cref="IOException">Something cannot be read, a followed link leads out, or the disk is full or fails: nothing is stored.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer.</exception>
    /// <exception cref="DamagedLayerException">A layer it stands on contradicts itself.</exception>
    public async Task<SaveOutcome> CollectAsync(WrittenOverlay overlay, byte[] root, PathChoice matches, FollowedPaths followed, CancellationToken cancellationToken)
    {
        var behind = new HashSet<byte[]>(NameComparer.Instance); // links: not of the patterns, and needed all the same
        while (behind.Count <= BehindMax)
        {
            if (await CollectAsync(overlay, root, matches, followed, behind, cancellationToken).ConfigureAwait(false) is { } outcome)
            {
                return outcome;
            }
        }

        throw new IOException($"{PosixPath.Show(root)} leads through too many symbolic links");
    }

    /// <returns>Null: more is behind links than was read; it is added.</returns>
    private async Task<SaveOutcome?> CollectAsync(
        WrittenOverlay overlay, byte[] root, PathChoice matches, FollowedPaths followed, HashSet<byte[]> behind, CancellationToken cancellationToken)
    {
        using var changes = place.Start();
        var written = WriteChanges(overlay, matches, behind, changes.Target, cancellationToken);
        using var image = written is null ? null : File.OpenHandle(changes.Target.ImagePath);
        List<LowerLayer> layers = [.. overlay.Layers];
        if (image is not null)
        {
            layers.Add(LowerLayer.Of(changes.Target, image));
        }

        var tree = layers.Count == 0 ? MergedTree.Empty : MergedTree.Of(layers.ConvertAll(static layer => layer.ReadIndex()));
        tree = new LinkFollowing(tree, followed, behind).Follow(out var missing);
        if (missing is not null)
        {
            behind.Add(missing);
            return null;
        }

        if (tree.Find(root)?.Entry.Kind is not EntryKind.Directory)
        {
            return new SaveOutcome.Absent();
        }

        var (paths, files) = Choose(tree, root, matches);
        if (files == 0)
        {
            return new SaveOutcome.Empty();
        }

        using var contents = new LowerContents(layers, tree, overlay.Scratch);
        using var write = place.Start();
        using var builder = new LayerBuilder(write.Target);
        await builder.AddAllAsync([.. LayerWriting.Squashed(tree, contents.Open, root, paths.Contains)], cancellationToken).ConfigureAwait(false);
        return await LayerKeeping.StoreAsync(write, builder.Finish() with { Dropped = written?.Dropped ?? 0 }, gate, root, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What was written at names that may be wanted. Null: nothing.</summary>
    private static PackedLayer? WriteChanges(WrittenOverlay overlay, PathChoice matches, HashSet<byte[]> behind, LayerTarget target, CancellationToken cancellationToken)
    {
        using var difference = overlay.Difference([], null, [], path => !matches.MayWant(path) && !behind.Any(b => IsOnTheWay(path, b)), cancellationToken);
        if (difference.Entries.Count == 0)
        {
            return null;
        }

        using var builder = new LayerBuilder(target);
        builder.AddAll(difference.Entries, cancellationToken);
        return builder.Finish() with { Dropped = difference.Dropped };
    }

    private static bool IsOnTheWay(byte[] path, byte[] to) => path.AsSpan().SequenceEqual(to) || TreePath.IsBelow(path, to) || TreePath.IsBelow(to, path);

    /// <summary>What is wanted and the directories above, from the new root; and how many of it are no directories.</summary>
    private static (HashSet<byte[]> Paths, long Files) Choose(MergedTree tree, byte[] root, PathChoice matches)
    {
        var (paths, files) = (new HashSet<byte[]>(NameComparer.Instance) { Array.Empty<byte>() }, 0L);
        var known = paths.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (var shown in tree.Entries(root, []))
        {
            var path = shown.Entry.Path;
            var isDirectory = shown.Entry.Kind is EntryKind.Directory;
            if (path.Length == 0 || !matches.Wants(TreePath.Join(root, path), isDirectory))
            {
                continue;
            }

            files += isDirectory ? 0 : 1;
            paths.Add(path);
            for (var length = TreePath.ParentLength(path); length > 0 && known.Add(path.AsSpan(0, length));)
            {
                length = TreePath.ParentLength(path.AsSpan(0, length));
            }
        }

        return (paths, files);
    }
}

/// <summary>Which paths of an overlay are wanted.</summary>
/// <param name="except">Left out with all below, whatever matches.</param>
public sealed class PathChoice(GlobSet globs, Func<byte[], bool> except)
{
    public static PathChoice Of(GlobSet globs) => new(globs, static _ => false);

    internal bool Wants(byte[] path, bool isDirectory) => globs.Matches(Encoding.UTF8.GetString(path), isDirectory) && !IsExcepted(path);

    /// <summary>Or something below, if it is a directory.</summary>
    internal bool MayWant(byte[] path)
    {
        var text = Encoding.UTF8.GetString(path);
        return !except(path) && (globs.Matches(text, isDirectory: true) || globs.MayMatchBelow(text));
    }

    private bool IsExcepted(ReadOnlySpan<byte> path)
    {
        for (var length = path.Length; length > 0; length = TreePath.ParentLength(path[..length]))
        {
            if (except(path[..length].ToArray()))
            {
                return true;
            }
        }

        return false;
    }
}
