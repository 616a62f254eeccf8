using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Saving;
using Strata.Layers.Trees;

namespace Strata.Layers.Placing;

/// <summary>
/// Writes a stack of layers into a directory that a job is using. The job is hostile and may be running: everything is named by an open directory and one component, no
/// link is followed, nothing outside the directory is touched. Each name appears whole, in one rename, or not at all.
/// </summary>
/// <param name="owners">As the overlay has them: of <c>ISandbox.UpperFormat</c>.</param>
/// <param name="scratch">An existing directory of the host.</param>
public sealed class LivePlacement(OwnerPolicy owners, string scratch)
{
    /// <summary>Modification time of all that is placed; null: as the layers have it.</summary>
    public Timestamp? Modified { get; init; }

    /// <summary>Directories become one, with the metadata of those that are there; anything else of the tree replaces what has its name.</summary>
    /// <param name="directory">As <c>ISandbox.OpenDirectory</c> gave it: it becomes the tree's root. Stays the caller's.</param>
    /// <param name="layers">Bottom first; held by the caller.</param>
    /// <exception cref="IOException">Something cannot be written, or the disk is full. Names that were placed stay.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="HostileArchiveException">An owner is over the limit, or the kernel refuses an attribute.</exception>
    public Task<PlacedTree> MergeAsync(SafeFileHandle directory, IReadOnlyList<LowerLayer> layers, CancellationToken cancellationToken) =>
        PlaceAsync(directory, layers, null, cancellationToken);

    /// <summary>As <see cref="MergeAsync"/>; but all that matches in the directory goes, whether the tree has it or not, and a directory that matches is the tree's afterwards.</summary>
    /// <param name="replaced">Paths from the directory.</param>
    public Task<PlacedTree> ReplaceAsync(SafeFileHandle directory, IReadOnlyList<LowerLayer> layers, GlobSet replaced, CancellationToken cancellationToken) =>
        PlaceAsync(directory, layers, replaced, cancellationToken);

    /// <summary>The tree is all that is at one name of the directory afterwards.</summary>
    /// <param name="name">One component.</param>
    public async Task<PlacedTree> ReplaceAsync(SafeFileHandle directory, byte[] name, IReadOnlyList<LowerLayer> layers, CancellationToken cancellationToken)
    {
        using var source = new StackSource(layers, scratch) { Modified = Modified };
        await new NamePlacement(directory, owners).PlaceAsync(name, source, [], cancellationToken).ConfigureAwait(false);
        return source.Placed;
    }

    /// <summary>Removes all that matches.</summary>
    /// <param name="removed">Paths from the directory.</param>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public static void Remove(SafeFileHandle directory, GlobSet removed, CancellationToken cancellationToken) =>
        RemoveMatching(directory, [], removed, static _ => false, cancellationToken);

    private async Task<PlacedTree> PlaceAsync(SafeFileHandle directory, IReadOnlyList<LowerLayer> layers, GlobSet? replaced, CancellationToken cancellationToken)
    {
        using var source = new StackSource(layers, scratch) { Modified = Modified };
        var placed = new HashSet<byte[]>(NameComparer.Instance);
        await PlaceBelowAsync(directory, [], source, replaced, placed, cancellationToken).ConfigureAwait(false);
        PlacedLinks.Join(directory, source.Tree, placed, cancellationToken);
        return source.Placed;
    }

    /// <param name="placed">Gets the paths that were placed, each with all below.</param>
    private async Task PlaceBelowAsync(
        SafeFileHandle directory, byte[] path, StackSource source, GlobSet? replaced, HashSet<byte[]> placed, CancellationToken cancellationToken)
    {
        var names = source.Tree.List(path).ToList();
        if (replaced is not null)
        {
            var kept = new HashSet<byte[]>(NameComparer.Instance);
            foreach (var (name, _) in names)
            {
                kept.Add(name);
            }

            RemoveMatching(directory, path, replaced, kept.Contains, cancellationToken);
        }

        var placement = new NamePlacement(directory, owners);
        foreach (var (name, shown) in names)
        {
            var below = TreePath.Join(path, name);
            var isDirectory = shown.Entry.Kind is EntryKind.Directory;
            if (isDirectory && !IsWhole(replaced, below) && UpperReader.TryOpenDirectory(directory, name) is { } child)
            {
                using (child)
                {
                    await PlaceBelowAsync(child, below, source, replaced, placed, cancellationToken).ConfigureAwait(false);
                }
            }
            else
            {
                await placement.PlaceAsync(name, source, below, cancellationToken).ConfigureAwait(false);
                placed.Add(below);
            }
        }
    }

    /// <summary>A directory is exchanged as one, unless something below is to be left alone.</summary>
    private static bool IsWhole(GlobSet? replaced, byte[] path) =>
        replaced is not null && replaced.Matches(Encoding.UTF8.GetString(path), isDirectory: true) && !replaced.Patterns.Any(static p => p.IsExclusion);

    private static void RemoveMatching(SafeFileHandle directory, byte[] path, GlobSet removed, Func<byte[], bool> isKept, CancellationToken cancellationToken)
    {
        foreach (var (name, kind) in NamesOf(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isKept(name))
            {
                continue; // it is replaced, or entered, by what is placed
            }

            var below = TreePath.Join(path, name);
            var text = Encoding.UTF8.GetString(below);
            var isDirectory = kind is FileKind.Directory;
            if (removed.Matches(text, isDirectory) && !(isDirectory && removed.Patterns.Any(static p => p.IsExclusion)))
            {
                TreeRemoval.Remove((int)directory.DangerousGetHandle(), name);
            }
            else if (isDirectory && removed.MayMatchBelow(text) && UpperReader.TryOpenDirectory(directory, name) is { } child)
            {
                using (child)
                {
                    RemoveMatching(child, below, removed, static _ => false, cancellationToken);
                }
            }
        }
    }

    private static List<(byte[] Name, FileKind Kind)> NamesOf(SafeFileHandle directory)
    {
        var names = new List<(byte[], FileKind)>();
        var file = (int)directory.DangerousGetHandle();
        _ = Libc.Seek(file, 0, 0);
        using var entries = new DirectoryEntries(file);
        while (entries.Next())
        {
            names.Add((entries.Name.ToArray(), entries.Kind));
        }

        return names;
    }
}

/// <summary>What was written.</summary>
/// <param name="Files">Names below the root, of any kind.</param>
/// <param name="Bytes">Of the contents of files.</param>
public readonly record struct PlacedTree(long Files, long Bytes);
