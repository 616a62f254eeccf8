using Strata.Core;

namespace Strata.Layers;

/// <summary>
/// Immutable file trees, each extracted once into a directory named by its tree digest. Shared by concurrent processes.
/// A tree is visible whole or not at all.
/// </summary>
public interface ITreeStore
{
    /// <summary>Null when absent.</summary>
    ValueTask<StoredTree?> FindAsync(Digest treeDigest, CancellationToken cancellationToken);

    /// <summary>
    /// Extracts a tar (plain; the caller decompresses) and keeps it. Nothing is written outside the store whatever the tar says;
    /// device nodes are dropped and counted; the stream is read to its end.
    /// </summary>
    /// <exception cref="HostileArchiveException">Traversal, absolute or escaping hard links, over-long names, too many entries, bombs, truncation.</exception>
    ValueTask<StoredTree> ImportTarAsync(Stream tar, TreeImportLimits limits, CancellationToken cancellationToken);
}

/// <param name="Path">The directory: never write below it.</param>
/// <param name="SizeBytes">Sum of the sizes of regular files, hard links once.</param>
public sealed record StoredTree(Digest Digest, string Path, long SizeBytes, long EntryCount);

public sealed record TreeImportLimits(long SizeBytesMax, long EntriesMax)
{
    public static TreeImportLimits Default { get; } = new(64L << 30, 10_000_000);
}

/// <summary>An archive that is refused; the message names the entry and the reason.</summary>
public sealed class HostileArchiveException(string message) : Exception(message);
