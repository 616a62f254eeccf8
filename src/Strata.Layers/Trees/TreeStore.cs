using Strata.Core;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Trees;

/// <summary>
/// Trees on this host's disk:
/// <code>
/// trees/ (trees-1/ where owners are shifted by 1)
///   DIGEST-HEX/fs/         the tree, never written again
///   DIGEST-HEX/tree.json   what is known of it
///   tmp-…/                 being filled or removed, flocked by its owner; of a dead owner: swept
/// </code>
/// </summary>
public sealed class TreeStore(string dataDirectory, OwnerPolicy owners) : ITreeStore
{
    private readonly string _root = Path.Combine(dataDirectory, owners.Shift == 0 ? "trees" : $"trees-{owners.Shift}");

    public ValueTask<StoredTree?> FindAsync(Digest treeDigest, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TreeRecord.Read(PathOf(treeDigest), treeDigest));

    public async ValueTask<StoredTree> ImportTarAsync(Stream tar, TreeImportLimits limits, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_root);
        StagingDirectory.Sweep(_root);
        using var staging = StagingDirectory.Create(_root);
        try
        {
            return await FillAsync(staging, tar, limits, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new HostileArchiveException($"The compressed data is damaged or cut off: {e.Message}");
        }
    }

    public ValueTask<bool> RemoveAsync(Digest treeDigest, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_root);
        using var staging = StagingDirectory.Create(_root);
        try
        {
            Directory.Move(PathOf(treeDigest), Path.Combine(staging.Path, "removed"));
            return ValueTask.FromResult(true);
        }
        catch (DirectoryNotFoundException)
        {
            return ValueTask.FromResult(false);
        }
    }

    /// <summary>What killed processes left. Importing does it too.</summary>
    public void RemoveLeftovers()
    {
        if (Directory.Exists(_root))
        {
            StagingDirectory.Sweep(_root);
        }
    }

    private string PathOf(Digest digest) => Path.Combine(_root, digest.Hex);

    private async ValueTask<StoredTree> FillAsync(StagingDirectory staging, Stream tar, TreeImportLimits limits, CancellationToken cancellationToken)
    {
        var content = Path.Combine(staging.Path, TreeRecord.ContentName);
        Directory.CreateDirectory(content);
        using var root = DirectoryHandle.Open(content);
        using var extractor = new TreeExtractor(root.File, owners);
        using (var reader = new TarReader(tar, limits))
        {
            await extractor.ExtractAsync(reader, cancellationToken).ConfigureAwait(false);
        }

        var digests = TreeDigester.Compute(extractor.Root);
        TreeRecord.Of(digests, extractor.DevicesDropped, extractor.AttributesDropped).Write(staging.Path);
        var target = PathOf(digests.Layer);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var published = staging.TryPublish(target);
            if (TreeRecord.Read(target, digests.Layer) is { } stored)
            {
                return stored;
            }

            if (published)
            {
                throw new IOException($"{target}: the tree just written cannot be read.");
            }

            // Taken by a tree without a readable record: of another version, or damaged.
            await RemoveAsync(digests.Layer, cancellationToken).ConfigureAwait(false);
        }
    }
}
