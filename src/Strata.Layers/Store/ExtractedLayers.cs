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
///     damaged-DIGEST-HEX-…/  its layer was put aside as damaged, and so was it: jobs may stand on it
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
    /// <exception cref="IOException">The disk is full or fails, or the layer was found damaged meanwhile.</exception>
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

        if (staging.TryPublish(target) && !layer.IsInPlace) // else another was quicker, with the same
        {
            // What was read is not to be trusted, and who put the layer aside may have looked for its tree before there was one.
            TryPutAside(parent, layer.Digest, Directory.GetLastWriteTimeUtc(target));
            throw new IOException($"The layer {layer.Digest.Short} was found damaged on this disk while it was extracted.");
        }

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
            total += SizeOf(Path.Combine(root, org.Name, digest.Hex));
        }

        return total;
    }

    /// <summary>For who removes a layer, and holds its lock exclusively: then nobody uses what was extracted of it.</summary>
    internal static void Remove(string dataDirectory, LayerOrg org, Digest digest)
    {
        foreach (var root in RootsIn(dataDirectory))
        {
            RemoveTree(Path.Combine(root, org.Name, digest.Hex));
        }
    }

    /// <summary>For who puts a layer aside as damaged: its tree may be as damaged, and is not to be taken for that of the layer that is made anew. Who has it mounted keeps it.</summary>
    /// <param name="now">From now on it is kept for some days.</param>
    /// <returns>Where to.</returns>
    internal static IReadOnlyList<string> PutAside(string dataDirectory, LayerOrg org, Digest digest, DateTimeOffset now) =>
        [.. RootsIn(dataDirectory).Select(root => TryPutAside(Path.Combine(root, org.Name), digest, now)).OfType<string>()];

    /// <summary>What was put aside.</summary>
    internal static IEnumerable<string> DamagedIn(string dataDirectory, LayerOrg org) => RootsIn(dataDirectory)
        .Select(root => Path.Combine(root, org.Name))
        .Where(Directory.Exists)
        .SelectMany(static parent => Directory.EnumerateDirectories(parent, $"{LayerPaths.DamagedPrefix}*"));

    /// <param name="extracted">Nobody uses it.</param>
    internal static void RemoveTree(string extracted)
    {
        try
        {
            (Directory.Exists(extracted) ? StagingDirectory.TakeAside(extracted) : null)?.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Files of ids that only their namespace may touch: swept by the next run in it.
        }
    }

    internal static long SizeOf(string extracted)
    {
        var size = Path.Combine(extracted, SizeName);
        try
        {
            return File.Exists(size) && long.TryParse(File.ReadAllText(size), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // removed meanwhile
        }
    }

    /// <summary>Null: there is none, or another was quicker.</summary>
    private static string? TryPutAside(string parent, Digest digest, DateTimeOffset now)
    {
        var (extracted, aside) = (Path.Combine(parent, digest.Hex), new LayerPaths(parent, digest).NewDamaged());
        try
        {
            if (!Directory.Exists(extracted))
            {
                return null;
            }

            Directory.Move(extracted, aside);
            Directory.SetLastWriteTimeUtc(aside, now.UtcDateTime);
            return aside;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
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
