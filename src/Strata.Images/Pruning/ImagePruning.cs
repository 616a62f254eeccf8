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
/// <param name="roots">All that records name, of every kind.</param>
/// <param name="capBytes">Null: the store's own.</param>
public sealed class ImagePruning(string dataDirectory, ILayerRoots roots, long? capBytes, TimeProvider time)
{
    private readonly LocalLayerStore _store = new(dataDirectory, time);
    private readonly KeptImages _kept = new(dataDirectory, time);
    private readonly ImageRemoval _removal = new(dataDirectory, roots, time);

    /// <param name="definitions">Of the workflow here, with the number of their steps: what they were built to last stays.</param>
    /// <param name="forWhom">Whose workflow it is.</param>
    /// <param name="users">What of the workflow here refers to an image.</param>
    /// <exception cref="IOException">The store cannot be read, or something not be removed.</exception>
    public async Task<PruneOutcome> RunAsync(
        PruneRequest request,
        IReadOnlyDictionary<string, int> definitions,
        RunIdentity forWhom,
        Func<KeptImage, IReadOnlyList<string>> users,
        IProgress<string> progress,
        CancellationToken cancellationToken)
    {
        using var database = Database.Exists(dataDirectory) ? new Database(dataDirectory, time) : null;
        var records = database is null ? null : new ImageLayerRecords(database, time);
        var found = await FindAsync(records, definitions, forWhom, users, cancellationToken).ConfigureAwait(false);
        var decisions = PrunePolicy.Decide([.. found.Keys], request, Pressure(cancellationToken), time.GetUtcNow());
        var freed = 0L;
        var done = new List<PruneDecision>(decisions.Count);
        foreach (var decision in decisions)
        {
            if (!decision.Goes || request.IsDryRun)
            {
                freed += decision.Goes ? decision.Item.SizeBytes : 0;
                done.Add(decision);
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var (outcome, bytes) = await RemoveAsync(records, decision, found[decision.Item], progress, cancellationToken).ConfigureAwait(false);
            freed += bytes;
            done.Add(outcome);
        }

        return new(done, freed);
    }

    private async Task<Dictionary<PruneItem, object>> FindAsync(
        ImageLayerRecords? records,
        IReadOnlyDictionary<string, int> definitions,
        RunIdentity forWhom,
        Func<KeptImage, IReadOnlyList<string>> users,
        CancellationToken cancellationToken)
    {
        var found = new Dictionary<PruneItem, object>(ReferenceEqualityComparer.Instance);
        var named = new HashSet<Digest>();
        var seen = new HashSet<(string, string, string, Trust, string, int)>(); // the list is newest first: what comes first is what the step was last
        foreach (var record in records is null ? [] : await records.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            named.Add(record.Layer);
            var scope = record.Scope;
            var isNewest = seen.Add((scope.Organization, scope.Repository, scope.Ref, scope.Trust, record.Definition, record.Step));
            var isDefined = scope.Organization == forWhom.Organization && scope.Repository == forWhom.Repository
                && definitions.TryGetValue(record.Definition, out var steps) && record.Step < steps;
            var layer = new LayerName(LayerOrg.Of(scope.Organization), record.Layer);
            var user = isNewest && isDefined ? $"the definition {record.Definition}" : _store.IsLeased(layer) ? "a job" : null;
            found.Add(
                new(
                    PruneKind.BuiltLayer,
                    string.Create(CultureInfo.InvariantCulture, $"{record.Definition}, step {record.Step + 1} ({scope})"),
                    record.LastUsedAt,
                    record.SizeBytes,
                    user),
                record);
        }

        foreach (var image in _kept.List())
        {
            var layers = image.Layers.Concat(image.Earlier).ToList();
            named.UnionWith(layers.Select(static layer => layer.Digest));
            var user = users(image) is [var first, ..] ? first
                : layers.Exists(layer => IsLeased(image, layer.Digest)) ? "a job"
                : null;
            found.Add(new(PruneKind.Image, image.Name, image.LastUsed ?? image.CreatedAt, image.SizeBytes, user), image);
        }

        var kept = await roots.ListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var layer in _store.List(cancellationToken).Where(layer => !named.Contains(layer.Digest) && !kept.Contains(layer.Name)))
        {
            found.Add(new(PruneKind.Layer, $"layer {layer.Digest.Short}", layer.LastUsed, layer.SizeBytes, _store.IsLeased(layer.Name) ? "a job" : null), layer);
        }

        return found;
    }

    private async Task<(PruneDecision Decision, long BytesFreed)> RemoveAsync(
        ImageLayerRecords? records, PruneDecision decision, object what, IProgress<string> progress, CancellationToken cancellationToken)
    {
        switch (what)
        {
            case ImageLayerRecord record:
                if (!await records!.EvictAsync(record.Key, record.Scope, decision.Reason, cancellationToken).ConfigureAwait(false))
                {
                    return (decision with { Goes = false, Reason = "another process took it away" }, 0);
                }

                return await RemoveLayerAsync(decision, new(LayerOrg.Of(record.Scope.Organization), record.Layer), record.SizeBytes, cancellationToken).ConfigureAwait(false);
            case KeptImage image:
                try
                {
                    return (decision, (await _removal.RemoveAsync(image, null, progress, cancellationToken).ConfigureAwait(false)).BytesFreed);
                }
                catch (UserErrorException)
                {
                    return (decision with { Goes = false, Reason = "used by a job" }, 0);
                }

            case StoredLayer layer:
                return await RemoveLayerAsync(decision, layer.Name, layer.SizeBytes, cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"{what.GetType().Name} cannot be removed.");
        }
    }

    private async Task<(PruneDecision Decision, long BytesFreed)> RemoveLayerAsync(
        PruneDecision decision, LayerName layer, long size, CancellationToken cancellationToken) =>
        await _store.RemoveAsync(layer, roots, cancellationToken).ConfigureAwait(false) is LayerRemoval.Removed
            ? (decision, size)
            : (decision with { Reason = $"{decision.Reason}; its layer is used elsewhere, and stays" }, 0);

    private bool IsLeased(KeptImage image, Digest layer) =>
        _store.IsLeased(new(LayerOrg.Public, layer)) || _store.IsLeased(new(KeptImages.OrgOf(image.Org), layer));

    private StorePressure Pressure(CancellationToken cancellationToken)
    {
        var disk = new DriveInfo(dataDirectory);
        return new(_store.TotalBytes(cancellationToken), capBytes ?? _store.DefaultCapBytes(), disk.AvailableFreeSpace, disk.TotalSize);
    }
}
