using Strata.Core;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// Layers as directories, for hosts where images cannot be mounted. Each is extracted once:
/// <code>
/// extracted/ (extracted-1/ where owners are shifted by 1)
///   ORG/ _public/
///     DIGEST-HEX/fs/   whole, never written again; used under a lease on the layer, removed with it
///     tmp-…/           being filled or removed, flocked by its owner; of a dead owner: swept
/// </code>
/// </summary>
public sealed class ExtractedLayers(string dataDirectory, OwnerPolicy owners)
{
    private const string RootName = "extracted";
    private const string ContentName = "fs";

    private readonly string _root = Path.Combine(dataDirectory, owners.Shift == 0 ? RootName : $"{RootName}-{owners.Shift}");

    /// <inheritdoc cref="OpenAsync(LayerLease, IReadOnlyList{LayerLease}, CancellationToken)"/>
    public ValueTask<string> OpenAsync(LayerLease layer, CancellationToken cancellationToken) => OpenAsync(layer, [], cancellationToken);

    /// <param name="devices">Of a view: the layers that hold its data, in its order.</param>
    /// <returns>The directory.</returns>
    /// <exception cref="DamagedLayerException">The layer contradicts itself.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async ValueTask<string> OpenAsync(LayerLease layer, IReadOnlyList<LayerLease> devices, CancellationToken cancellationToken)
    {
        var parent = Path.Combine(_root, layer.Org);
        var target = Path.Combine(parent, layer.Digest.Hex);
        var content = Path.Combine(target, ContentName);
        if (Directory.Exists(content))
        {
            return content;
        }

        Directory.CreateDirectory(parent);
        StagingDirectory.Sweep(parent);
        using var staging = StagingDirectory.Create(parent);
        Directory.CreateDirectory(Path.Combine(staging.Path, ContentName));
        using (var reader = ErofsReader.Open(layer.Image, ownsFile: false))
        {
            reader.UseDevices([.. devices.Select(static d => d.Image)]);
            var marks = owners.Shift == 0 ? ExtractedMarks.Trusted : ExtractedMarks.User;
            await LayerExtractor.ToDirectoryAsync(reader, Path.Combine(staging.Path, ContentName), new(owners, marks), cancellationToken).ConfigureAwait(false);
        }

        staging.TryPublish(target); // false: another was quicker, with the same
        return content;
    }

    /// <summary>What killed processes left. Extracting does it too.</summary>
    public void RemoveLeftovers()
    {
        if (!Directory.Exists(_root))
        {
            return;
        }

        foreach (var parent in Directory.EnumerateDirectories(_root))
        {
            StagingDirectory.Sweep(parent);
        }
    }

    /// <summary>For who removes a layer, and holds its lock exclusively: then nobody uses what was extracted of it.</summary>
    internal static void Remove(string dataDirectory, LayerOrg org, Digest digest)
    {
        foreach (var root in Directory.EnumerateDirectories(dataDirectory, $"{RootName}*"))
        {
            var extracted = Path.Combine(root, org.Name, digest.Hex);
            try
            {
                (Directory.Exists(extracted) ? StagingDirectory.TakeAside(extracted) : null)?.Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Files of ids that only their namespace may touch: swept by the next run in it.
            }
        }
    }
}
