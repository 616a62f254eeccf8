using Strata.Core;

namespace Strata.Layers.Packing;

/// <summary>A layer that was written.</summary>
/// <param name="Digest">SHA-256 of the image.</param>
/// <param name="SizeBytes">Of the image.</param>
/// <param name="TreeDigest">Of paths, types, modes, link targets, xattrs, contents (docs/format/tree-digest.md).</param>
/// <param name="EntryCount">Names, the root included.</param>
/// <param name="ContentBytes">Sum of the sizes of its files, hard links once.</param>
public sealed record PackedLayer(Digest Digest, long SizeBytes, Digest TreeDigest, long EntryCount, long ContentBytes)
{
    /// <summary>Extended attributes that layers do not keep, and names of kinds they have no place for (sockets).</summary>
    public long Dropped { get; init; }

    /// <summary>
    /// Of an archive that has a directory without an entry for it, or a hard link to a layer below: above other layers it is another layer. Holds too where
    /// nothing was below.
    /// </summary>
    public bool DependsOnLowers { get; init; }
}
