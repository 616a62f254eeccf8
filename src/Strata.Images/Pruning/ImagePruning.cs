using System.Globalization;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Images.Kept;
using Strata.Images.Records;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Images.Pruning;

/// <param name="Decisions">What went or stayed, and why.</param>
/// <param name="BytesFreed">On a dry run: at most.</param>
public sealed record PruneOutcome(IReadOnlyList<PruneDecision> Decisions, long BytesFreed);

/// <summary>
/// Makes room: layers of steps, images and layers that nothing needs. Records go before the layers they name, so that whoever looks meanwhile finds all or
/// nothing; what is leased stays.
/// </summary>
/// <param name="capBytes">Null: the store's own.</param>
public sealed class ImagePruning(string dataDirectory, ILayerRoots roots, long? capBytes, TimeProvider time)
{
    private readonly LocalLayerStore _store = new(dataDirectory, time);
    private readonly KeptImages _kept = new(dataDirectory, time);
    private readonly ImageRemoval _removal = new(dataDirectory, roots, time);

    /// <param name="steps">Of the workflows here, with their recipes: what they come to stays.</param>
    /// <param name="forWhom">Whose workflows they are.</param>
    /// <param name="users">What of the workflows here refers to an image.</param>
    /// <exception cref="IOException">The store cannot be read, or something not be removed.</exception>
    public async Task<PruneOutcome> RunAsync(
        PruneRequest request,
        DefinedSteps steps,
        RunIdentity forWhom,
        Func<KeptImage, IReadOnlyList<string>> users,
        IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        using var database = Database.Exists(dataDirectory) ? new Database(dataDirectory, time) : null;
        var records = database is null ? null : new ImageLayerRecords(database, time);
        var found = await FindAsync(records, steps, forWhom, users, cancellationToken).ConfigureAwait(false);
        var decisions = PrunePolicy.Decide([.. found.Keys], request, Pressure(cancellationToken), time.GetUtcNow());
        if (request.IsDryRun)
        {
            return new(decisions, decisions.Sum(static decision => decision.Goes ? decision.Item.SizeBytes : 0));
        }

        var goes = decisions.Where(static decision => decision.Goes).ToList();
        var done = await RemoveLayersAsync(records, goes, found, cancellationToken).ConfigureAwait(false);
        foreach (var decision in goes)
        {
            if (found[decision.Item] is KeptImage image)
            {
                done.Add(decision, await RemoveImageAsync(decision, image, progress, cancellationToken).ConfigureAwait(false));
            }
        }

        return new([.. decisions.Select(decision => decision.Goes ? done[decision].Decision : decision)], done.Values.Sum(static outcome => outcome.BytesFreed));
    }

    private async Task<Dictionary<PruneItem, object>> FindAsync(
        ImageLayerRecords? records,
        DefinedSteps steps,
        RunIdentity forWhom,
        Func<KeptImage, IReadOnlyList<string>> users,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<PruneItem, object>(ReferenceEqualityComparer.Instance);
        var named = new HashSet<Digest>();
        var stored = _store.List(cancellationToken); // before what refers to layers: one that comes meanwhile is none of it
        var onDisk = stored.ToDictionary(static layer => layer.Name, static layer => layer.DiskBytes);
        var images = _kept.List();
        var built = records is null ? [] : await records.ListAsync(cancellationToken).ConfigureAwait(false);
        var defined = new DefinedLayers(
            _kept, forWhom, [.. built.Where(record => record.Scope.Organization == forWhom.Organization && record.Scope.Repository == forWhom.Repository)], steps);
        foreach (var record in built)
        {
            named.Add(record.Layer);
            var scope = record.Scope;
            var layer = new LayerName(LayerOrg.Of(scope.Organization), record.Layer);
            var user = defined.UserOf(record) is { } definition ? $"the definition {definition}" : _store.IsLeased(layer) ? "a job" : null;
            found.Add(
                new(
                    PruneKind.BuiltLayer,
                    string.Create(CultureInfo.InvariantCulture, $"{record.Definition}, step {record.Step + 1} ({scope})"),
                    record.LastUsedAt,
                    record.SizeBytes,
                    user)
                {
                    Layers = [(layer, onDisk.GetValueOrDefault(layer))],
                },
                record);
        }

        foreach (var image in images)
        {
            var layers = image.Layers.Concat(image.Earlier).ToList();
            named.UnionWith(layers.Select(static layer => layer.Digest));
            var user = users(image) is [var first, ..] ? first
                : layers.Exists(layer => IsLeased(image, layer.Digest)) ? "a job"
                : null;
            found.Add(new(PruneKind.Image, image.Name, image.LastUsed ?? image.CreatedAt, image.SizeBytes, user)
            {
                Layers = [.. layers.Select(layer => new LayerName(KeptImages.OrgOf(image.Org), layer.Digest)).Select(layer => (layer, onDisk.GetValueOrDefault(layer)))],
            }, image);
        }

        var kept = await roots.ListAsync(cancellationToken).ConfigureAwait(false); // by caches and artifacts too
        foreach (var layer in stored.Where(layer => !named.Contains(layer.Digest) && !kept.Contains(layer.Name)))
        {
            found.Add(new(PruneKind.Layer, $"layer {layer.Digest.Short}", layer.LastUsed, layer.DiskBytes, _store.IsLeased(layer.Name) ? "a job" : null), layer);
        }

        return found;
    }

    /// <summary>Records go in one transaction, and what refers to layers is looked at once.</summary>
    private async Task<Dictionary<PruneDecision, (PruneDecision Decision, long BytesFreed)>> RemoveLayersAsync(
        ImageLayerRecords? records, IReadOnlyList<PruneDecision> goes, Dictionary<PruneItem, object> found, CancellationToken cancellationToken)
    {
        var done = new Dictionary<PruneDecision, (PruneDecision, long)>(ReferenceEqualityComparer.Instance);
        var layers = new List<(PruneDecision Decision, LayerName Layer)>();
        foreach (var (decision, record, isEvicted) in await EvictAsync(records, goes, found, cancellationToken).ConfigureAwait(false))
        {
            if (isEvicted)
            {
                layers.Add((decision, new(LayerOrg.Of(record.Scope.Organization), record.Layer)));
            }
            else
            {
                done.Add(decision, (decision with { Goes = false, Reason = "another process took it away" }, 0));
            }
        }

        layers.AddRange(goes.Where(decision => found[decision.Item] is StoredLayer).Select(decision => (decision, ((StoredLayer)found[decision.Item]).Name)));
        var names = layers.Select(static layer => layer.Layer).Distinct().ToList();
        var outcomes = await _store.RemoveAsync(names, roots, cancellationToken).ConfigureAwait(false);
        var removed = names.Where((_, i) => outcomes[i] is LayerRemoval.Removed).ToHashSet();
        var counted = new HashSet<LayerName>();
        foreach (var (decision, layer) in layers)
        {
            done.Add(decision, removed.Contains(layer)
                ? (decision, counted.Add(layer) ? decision.Item.SizeBytes : 0)
                : (decision with { Reason = $"{decision.Reason}; its layer is used elsewhere, and stays" }, 0));
        }

        return done;
    }

    private static async Task<IEnumerable<(PruneDecision Decision, ImageLayerRecord Record, bool IsEvicted)>> EvictAsync(
        ImageLayerRecords? records, IReadOnlyList<PruneDecision> goes, Dictionary<PruneItem, object> found, CancellationToken cancellationToken)
    {
        if (records is null)
        {
            return [];
        }

        var built = goes.Where(decision => found[decision.Item] is ImageLayerRecord).Select(decision => (Decision: decision, Record: (ImageLayerRecord)found[decision.Item])).ToList();
        var evicted = await records.EvictAsync(
            [.. built.Select(static item => new Eviction(item.Record.Key, item.Record.Scope, item.Decision.Reason))], cancellationToken).ConfigureAwait(false);
        return built.Select((item, i) => (item.Decision, item.Record, evicted[i]));
    }

    private async Task<(PruneDecision Decision, long BytesFreed)> RemoveImageAsync(
        PruneDecision decision, KeptImage image, IProgress<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            return (decision, (await _removal.RemoveAsync(image, null, progress, cancellationToken).ConfigureAwait(false)).BytesFreed);
        }
        catch (UserErrorException)
        {
            return (decision with { Goes = false, Reason = "used by a job" }, 0);
        }
    }

    private bool IsLeased(KeptImage image, Digest layer) =>
        _store.IsLeased(new(LayerOrg.Public, layer)) || _store.IsLeased(new(KeptImages.OrgOf(image.Org), layer));

    private StorePressure Pressure(CancellationToken cancellationToken)
    {
        var disk = new DriveInfo(dataDirectory);
        return new(_store.TotalBytes(cancellationToken), capBytes ?? _store.DefaultCapBytes(), disk.AvailableFreeSpace, disk.TotalSize);
    }
}
