using Strata.Core.Identity;
using Strata.Images.Records;
using Strata.Layers.Store;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Kept;

/// <summary>What a definition was built to last, in one scope.</summary>
/// <param name="Steps">In order; steps that make no layer are not among them.</param>
public sealed record BuiltImage(string Definition, Scope Scope, IReadOnlyList<BuiltStep> Steps)
{
    public long SizeBytes => Steps.Sum(step => step.IsPresent ? step.Record.SizeBytes : 0);

    public DateTimeOffset CreatedAt => Steps.Max(step => step.Record.CreatedAt);

    public DateTimeOffset LastUsed => Steps.Max(step => step.Record.LastUsedAt);

    public bool IsComplete => Steps.All(step => step.IsPresent);
}

/// <param name="IsPresent">False: its layer is gone, and is built again when needed.</param>
public sealed record BuiltStep(ImageLayerRecord Record, bool IsPresent);

/// <summary>The layers that steps of definitions were built to, on this host.</summary>
public sealed class BuiltImages(string dataDirectory, ILayerRoots roots, TimeProvider time)
{
    private readonly LocalLayerStore _store = new(dataDirectory, time);

    /// <summary>Of one repository, by definition and scope.</summary>
    /// <param name="steps">What images of these names were built to in steps that they have no more is left out.</param>
    public async ValueTask<IReadOnlyList<BuiltImage>> ListAsync(RunIdentity forWhom, DefinedSteps steps, CancellationToken cancellationToken)
    {
        if (!Database.Exists(dataDirectory))
        {
            return [];
        }

        using var database = new Database(dataDirectory, time);
        var newest = new Dictionary<(string Definition, Scope Scope, int Step), ImageLayerRecord>();
        foreach (var record in await new ImageLayerRecords(database, time).ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (record.Scope.Organization == forWhom.Organization && record.Scope.Repository == forWhom.Repository
                && (!steps.Knows(record.Definition) || steps.Has(record.Definition, record.Step)))
            {
                newest.TryAdd((record.Definition, record.Scope, record.Step), record); // they come newest use first
            }
        }

        return
        [
            .. newest.Values.GroupBy(record => (record.Definition, record.Scope))
                .Select(image => new BuiltImage(
                    image.Key.Definition, image.Key.Scope,
                    [.. image.OrderBy(record => record.Step).Select(record => new BuiltStep(record, _store.Find(NameOf(record)) is not null))]))
                .OrderBy(image => image.Definition, StringComparer.Ordinal).ThenBy(image => image.Scope.ToString(), StringComparer.Ordinal),
        ];
    }

    /// <summary>Forgets all that a definition was ever built to in a repository, and removes the layers that nothing else needs.</summary>
    /// <returns>Layers removed, and their bytes; null: it was never built.</returns>
    public async ValueTask<(int Layers, long BytesFreed)?> RemoveAsync(string definition, RunIdentity forWhom, CancellationToken cancellationToken)
    {
        if (!Database.Exists(dataDirectory))
        {
            return null;
        }

        using var database = new Database(dataDirectory, time);
        var records = new ImageLayerRecords(database, time);
        var all = await records.ListAsync(cancellationToken).ConfigureAwait(false);
        var found = all.Where(record =>
            record.Definition == definition && record.Scope.Organization == forWhom.Organization && record.Scope.Repository == forWhom.Repository).ToList();
        await records.EvictAsync([.. found.Select(record => new Eviction(record.Key, record.Scope, "removed by a user"))], cancellationToken).ConfigureAwait(false);
        var layers = found.DistinctBy(NameOf).ToList();
        var outcomes = await _store.RemoveAsync([.. layers.Select(NameOf)], roots, cancellationToken).ConfigureAwait(false);
        var removed = layers.Where((_, i) => outcomes[i] is LayerRemoval.Removed).ToList();
        return found.Count == 0 ? null : (removed.Count, removed.Sum(record => record.SizeBytes));
    }

    private static LayerName NameOf(ImageLayerRecord record) => new(LayerOrg.Of(record.Scope.Organization), record.Layer);
}
