using System.Globalization;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// Layers as directories, for hosts where images cannot be mounted. Each is extracted once:
/// <code>
/// extracted/ (extracted-1/ where owners are shifted by 1, extracted-1t/ if their overlays read marks in trusted attributes)
///   ORG/ _public/
///     DIGEST-HEX/      used under a lease on the layer, removed with it
///       fs/            whole, never written again
///       size           about how many bytes fs takes, in decimal: counted with the layer
///     tmp-…/           being filled or removed, flocked by its owner; of a dead owner: swept
/// </code>
/// </summary>
public sealed class ExtractedLayers(string dataDirectory, OwnerPolicy owners)
{
    private const string RootName = "extracted";
    private const string ContentName = "fs";
    private const string SizeName = "size";

    private readonly string _root = Path.Combine(dataDirectory, owners.Shift == 0 ? RootName : owners.HasUserMarks ? $"{RootName}-{owners.Shift}" : $"{RootName}-{owners.Shift}t");

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
            CountEarlier(layer, target);
            return content;
        }

        Directory.CreateDirectory(parent);
        StagingDirectory.Sweep(parent);
        using var staging = StagingDirectory.Create(parent);
        Directory.CreateDirectory(Path.Combine(staging.Path, ContentName));
        using (var reader = ErofsReader.Open(layer.Image, ownsFile: false))
        {
            reader.UseDevices([.. devices.Select(static d => d.Image)]);
            var marks = owners.HasUserMarks ? ExtractedMarks.User : ExtractedMarks.Trusted;
            await LayerExtractor.ToDirectoryAsync(reader, Path.Combine(staging.Path, ContentName), new(owners, marks), cancellationToken).ConfigureAwait(false);
            WriteSize(Path.Combine(staging.Path, SizeName), reader);
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

    /// <summary>Where layers were extracted to, with each shift of owners there ever was.</summary>
    internal static IReadOnlyList<string> RootsIn(string dataDirectory) =>
        Directory.Exists(dataDirectory) ? [.. Directory.EnumerateDirectories(dataDirectory, $"{RootName}*")] : [];

    /// <summary>What a layer takes there; nothing for what was not extracted, or not counted yet.</summary>
    internal static long BytesOf(IReadOnlyList<string> roots, LayerOrg org, Digest digest)
    {
        var total = 0L;
        foreach (var root in roots)
        {
            var size = Path.Combine(root, org.Name, digest.Hex, SizeName);
            try
            {
                total += File.Exists(size) && long.TryParse(File.ReadAllText(size), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Removed meanwhile.
            }
        }

        return total;
    }

    /// <summary>For who removes a layer, and holds its lock exclusively: then nobody uses what was extracted of it.</summary>
    internal static void Remove(string dataDirectory, LayerOrg org, Digest digest)
    {
        foreach (var root in RootsIn(dataDirectory))
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

    /// <summary>What was extracted before sizes were written.</summary>
    private static void CountEarlier(LayerLease layer, string target)
    {
        var size = Path.Combine(target, SizeName);
        if (File.Exists(size))
        {
            return;
        }

        try
        {
            using var reader = ErofsReader.Open(layer.Image, ownsFile: false);
            WriteSize(size, reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one to open it counts.
        }
    }

    private static void WriteSize(string path, ErofsReader layer)
    {
        var blocks = 0L;
        foreach (var entry in layer.Entries())
        {
            blocks += entry.Entry.Kind is EntryKind.Directory ? 1 : 0;
            foreach (var extent in entry.Extents)
            {
                blocks += extent.IsHole ? 0 : extent.BlockCount;
            }
        }

        File.WriteAllText(path, (blocks << ErofsFormat.BlockBits).ToString(CultureInfo.InvariantCulture));
    }
}
