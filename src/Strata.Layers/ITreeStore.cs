using Strata.Core;

namespace Strata.Layers;

/// <summary>
/// Immutable file trees, each extracted once into a directory named by its digest. Shared by concurrent processes.
/// A tree is visible whole or not at all.
/// </summary>
public interface ITreeStore
{
    /// <summary>Null when absent.</summary>
    /// <param name="treeDigest">A <see cref="StoredTree.Digest"/>.</param>
    ValueTask<StoredTree?> FindAsync(Digest treeDigest, CancellationToken cancellationToken);

    /// <summary>
    /// Extracts a tar (plain; the caller decompresses) and keeps it. Nothing is written outside the store whatever the tar says;
    /// device nodes are dropped and counted; the stream is read to its end.
    /// </summary>
    /// <exception cref="HostileArchiveException">Traversal, absolute or escaping hard links, over-long names, too many entries, bombs, truncation.</exception>
    /// <exception cref="IOException">The store's disk failed, or is full.</exception>
    ValueTask<StoredTree> ImportTarAsync(Stream tar, TreeImportLimits limits, CancellationToken cancellationToken);

    /// <summary>False when absent. The caller knows that nobody uses it.</summary>
    ValueTask<bool> RemoveAsync(Digest treeDigest, CancellationToken cancellationToken);
}

/// <param name="Digest">Of everything kept: the content below <see cref="TreeDigest"/>, and owners, times, hard links (docs/format/tree-digest.md).</param>
/// <param name="Path">The directory: never write below it.</param>
/// <param name="SizeBytes">Sum of the sizes of regular files, hard links once.</param>
/// <param name="EntryCount">Names, the root included.</param>
public sealed record StoredTree(Digest Digest, string Path, long SizeBytes, long EntryCount)
{
    /// <summary>Of paths, types, modes, link targets, xattrs, contents; not of owners and times (DESIGN §3).</summary>
    public Digest TreeDigest { get; init; }

    public long DevicesDropped { get; init; }

    /// <summary>Extended attributes that belong to another machine or to overlayfs.</summary>
    public long AttributesDropped { get; init; }
}
