using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <param name="Bytes">Images, indexes, and what was extracted.</param>
/// <param name="DamagedBytes">Put aside, not counted in <paramref name="Bytes"/>.</param>
public sealed record LayerUsage(LayerOrg Org, int Layers, long Bytes, int Damaged, long DamagedBytes);

public sealed record ScrubProgress(int LayersDone, int LayersTotal, long BytesDone, long BytesTotal);

/// <param name="Damaged">Put aside by this scrub.</param>
/// <param name="IndexesMade">Layers whose index was damaged or lost, and was made anew from the image.</param>
public sealed record ScrubReport(int Layers, long Bytes, IReadOnlyList<LayerName> Damaged, int IndexesMade);

/// <param name="BytesOver">How much the store is still over its cap: referenced or in use. To be warned of.</param>
public sealed record CollectReport(int Removed, long BytesFreed, int InUse, long BytesOver);

/// <summary>All layers on this host, below <c>layers/</c> of the data directory.</summary>
public sealed class LocalLayerStore(string dataDirectory, TimeProvider time) : ILayerStore
{
    /// <summary>For this long a damaged layer is kept to be looked at.</summary>
    private static readonly TimeSpan DamagedLifetime = TimeSpan.FromDays(7);

    /// <summary>So many layers are kept from being leased at once, each by an open file.</summary>
    private const int HeldMax = 256;

    private readonly string _root = Path.Combine(dataDirectory, "layers");

    public ILayerPlace Public => Of(LayerOrg.Public);

    public ILayerPlace Of(LayerOrg org) => PlaceOf(org);

    public ILayerUploads UploadsOf(LayerOrg org) => NoUploads.Instance;

    /// <summary>20 GB or a tenth of the disk that holds the store.</summary>
    public long DefaultCapBytes()
    {
        Directory.CreateDirectory(dataDirectory);
        return CollectPolicy.DefaultCapBytes(new DriveInfo(dataDirectory).TotalSize);
    }

    /// <summary>A layer that is present now. Null: absent.</summary>
    public StoredLayer? Find(LayerName layer) => PlaceOf(layer.Org).Find(layer.Digest);

    /// <summary>Whether a lease is held on it now, by any process. It may not be a moment later, and the reverse.</summary>
    public bool IsLeased(LayerName layer) => PlaceOf(layer.Org).IsLeased(layer.Digest);

    /// <summary>Removes layers that nobody leases and no record names.</summary>
    /// <param name="layers">Each once.</param>
    /// <returns>One for each, in their order.</returns>
    public async ValueTask<IReadOnlyList<LayerRemoval>> RemoveAsync(IReadOnlyList<LayerName> layers, ILayerRoots roots, CancellationToken cancellationToken)
    {
        var outcomes = new List<LayerRemoval>(layers.Count);
        foreach (var some in layers.Chunk(HeldMax))
        {
            outcomes.AddRange(await RemoveSomeAsync(some, roots, cancellationToken).ConfigureAwait(false));
        }

        return outcomes;
    }

    /// <summary>Images and indexes of all layers and what was extracted of them: three looks at files a layer, one more for each directory of extracted ones.</summary>
    public long TotalBytes(CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var org in Organizations())
        {
            foreach (var layer in List(org, cancellationToken))
            {
                total += layer.DiskBytes;
            }
        }

        return total;
    }

    public IReadOnlyList<LayerUsage> Usage(CancellationToken cancellationToken)
    {
        var usages = new List<LayerUsage>();
        foreach (var org in Organizations())
        {
            var layers = List(org, cancellationToken);
            var damaged = Damaged(org).ToList();
            usages.Add(new(org, layers.Count, layers.Sum(l => l.DiskBytes), damaged.Count, damaged.Sum(SizeOf) + ExtractedLayers.DamagedIn(dataDirectory, org).Sum(ExtractedLayers.SizeOf)));
        }

        return usages;
    }

    /// <summary>Every layer, in the order of its organization's and its digest's text.</summary>
    public IReadOnlyList<StoredLayer> List(CancellationToken cancellationToken) => [.. Organizations().SelectMany(org => List(org, cancellationToken))];

    /// <summary>Reads every layer. Damaged ones are put aside; a damaged or lost index is made anew.</summary>
    public async ValueTask<ScrubReport> ScrubAsync(IProgress<ScrubProgress>? progress, CancellationToken cancellationToken)
    {
        var layers = List(cancellationToken);
        var damaged = new List<LayerName>();
        var total = layers.Sum(l => l.SizeBytes);
        var (bytes, indexesMade) = (0L, 0);
        for (var i = 0; i < layers.Count; i++)
        {
            var layer = layers[i];
            var (miss, indexMade) = await PlaceOf(layer.Org).ScrubAsync(layer.Digest, cancellationToken).ConfigureAwait(false);
            indexesMade += indexMade ? 1 : 0;
            if (miss is LayerMiss.Damaged or LayerMiss.Unreadable)
            {
                damaged.Add(layer.Name);
            }

            bytes += layer.SizeBytes;
            progress?.Report(new(i + 1, layers.Count, bytes, total));
        }

        return new(layers.Count, bytes, damaged, indexesMade);
    }

    /// <summary>Removes what dead processes left and old damaged layers, then unreferenced layers until the store fits its cap.</summary>
    public async ValueTask<CollectReport> CollectAsync(ILayerRoots roots, long capBytes, CancellationToken cancellationToken)
    {
        RemoveLeftovers();
        RemoveDamaged(time.GetUtcNow() - DamagedLifetime);
        var referenced = await roots.ListAsync(cancellationToken).ConfigureAwait(false);
        var plan = CollectPolicy.Plan(List(cancellationToken), referenced, capBytes);
        var (removed, freed, inUse) = (0, 0L, 0);
        for (var next = 0; next < plan.Candidates.Count && freed < plan.BytesToFree;)
        {
            var round = CollectPolicy.Enough(plan.Candidates, next, plan.BytesToFree - freed);
            var outcomes = await RemoveAsync([.. round.Select(static layer => layer.Name)], roots, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < round.Count; i++)
            {
                removed += outcomes[i] is LayerRemoval.Removed ? 1 : 0;
                inUse += outcomes[i] is LayerRemoval.InUse ? 1 : 0;
                freed += outcomes[i] is LayerRemoval.Removed or LayerRemoval.Absent ? round[i].DiskBytes : 0; // absent: by another collector
            }

            next += round.Count;
        }

        foreach (var org in Organizations())
        {
            PlaceOf(org).RemoveForgotten();
        }

        return new(removed, freed, inUse, Math.Max(0, plan.BytesToFree - freed));
    }

    /// <summary>What killed processes left. Starting to write a layer does it too.</summary>
    public void RemoveLeftovers()
    {
        foreach (var org in Organizations())
        {
            StagingDirectory.Sweep(DirectoryOf(org));
        }
    }

    /// <summary>Roots are asked when nobody can take a new lease: what was recorded under one is then known to them.</summary>
    private async Task<List<LayerRemoval>> RemoveSomeAsync(LayerName[] layers, ILayerRoots roots, CancellationToken cancellationToken)
    {
        var held = new LayerFile?[layers.Length];
        var outcomes = new List<LayerRemoval>(layers.Length);
        try
        {
            for (var i = 0; i < layers.Length; i++)
            {
                held[i] = PlaceOf(layers[i].Org).HoldUnleased(layers[i].Digest, out var refusal);
                outcomes.Add(refusal);
            }

            var referenced = Array.Exists(held, static file => file is not null) ? await roots.ListAsync(cancellationToken).ConfigureAwait(false) : new HashSet<LayerName>();
            for (var i = 0; i < layers.Length; i++)
            {
                if (held[i] is not null)
                {
                    outcomes[i] = referenced.Contains(layers[i]) ? LayerRemoval.Referenced : PlaceOf(layers[i].Org).RemoveHeld(layers[i].Digest);
                }
            }

            return outcomes;
        }
        finally
        {
            foreach (var file in held)
            {
                file?.Dispose();
            }
        }
    }

    private void RemoveDamaged(DateTimeOffset before)
    {
        foreach (var path in Organizations().SelectMany(Damaged).Where(p => Directory.GetLastWriteTimeUtc(p) < before.UtcDateTime))
        {
            StagingDirectory.TakeAside(path)?.Dispose();
        }

        foreach (var tree in Organizations().SelectMany(org => ExtractedLayers.DamagedIn(dataDirectory, org)).Where(p => Directory.GetLastWriteTimeUtc(p) < before.UtcDateTime))
        {
            ExtractedLayers.RemoveTree(tree);
        }
    }

    internal LocalLayers PlaceOf(LayerOrg org) => new(DirectoryOf(org), org, dataDirectory, time);

    private string DirectoryOf(LayerOrg org) => Path.Combine(_root, org.Name);

    private List<LayerOrg> Organizations()
    {
        var found = new List<LayerOrg>();
        if (Directory.Exists(_root))
        {
            foreach (var path in Directory.EnumerateDirectories(_root).Order(StringComparer.Ordinal))
            {
                if (LayerOrg.OfDirectory(Path.GetFileName(path)) is { } org)
                {
                    found.Add(org);
                }
            }
        }

        return found;
    }

    private List<StoredLayer> List(LayerOrg org, CancellationToken cancellationToken)
    {
        var layers = new List<StoredLayer>();
        var directory = DirectoryOf(org);
        var extracted = ExtractedLayers.RootsIn(dataDirectory);
        foreach (var path in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (LayerPaths.DigestOf(Path.GetFileName(path)) is { } digest && LayerPaths.Read(org, directory, digest) is { } layer)
            {
                layers.Add(layer with { ExtractedBytes = ExtractedLayers.BytesOf(extracted, org, digest) });
            }
        }

        return layers;
    }

    private IEnumerable<string> Damaged(LayerOrg org) => Directory.EnumerateDirectories(DirectoryOf(org), $"{LayerPaths.DamagedPrefix}*");

    private static long SizeOf(string directory) =>
        new[] { LayerPaths.ImageName, LayerPaths.IndexName }.Sum(name => FileStamp.Find(Path.Combine(directory, name))?.Size ?? 0);
}
