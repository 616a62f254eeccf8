using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// Layers as directories, for hosts where images cannot be mounted. Each is extracted once:
/// <code>
/// extracted/ (extracted-1/ where owners are shifted by 1)
///   DIGEST-HEX/fs/   whole, never written again
///   tmp-…/           being filled, flocked by its owner; of a dead owner: swept
/// </code>
/// </summary>
public sealed class ExtractedLayers(string dataDirectory, OwnerPolicy owners)
{
    private const string ContentName = "fs";

    private readonly string _root = Path.Combine(dataDirectory, owners.Shift == 0 ? "extracted" : $"extracted-{owners.Shift}");

    /// <inheritdoc cref="OpenAsync(LayerLease, IReadOnlyList{LayerLease}, CancellationToken)"/>
    public ValueTask<string> OpenAsync(LayerLease layer, CancellationToken cancellationToken) => OpenAsync(layer, [], cancellationToken);

    /// <param name="devices">Of a view: the layers that hold its data, in its order.</param>
    /// <returns>The directory.</returns>
    /// <exception cref="DamagedLayerException">The layer contradicts itself.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async ValueTask<string> OpenAsync(LayerLease layer, IReadOnlyList<LayerLease> devices, CancellationToken cancellationToken)
    {
        var target = Path.Combine(_root, layer.Digest.Hex);
        var content = Path.Combine(target, ContentName);
        if (Directory.Exists(content))
        {
            return content;
        }

        Directory.CreateDirectory(_root);
        StagingDirectory.Sweep(_root);
        using var staging = StagingDirectory.Create(_root);
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
        if (Directory.Exists(_root))
        {
            StagingDirectory.Sweep(_root);
        }
    }
}
