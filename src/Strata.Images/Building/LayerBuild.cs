using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Explain;
using Strata.Core.Json;
using Strata.Images.BaseSystems;
using Strata.Images.Capturing;
using Strata.Images.Keys;
using Strata.Images.Recipes;
using Strata.Images.Records;
using Strata.Layers.Indexes;
using Strata.Layers.Store;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Building;

/// <summary>
/// One step's layer, found or made. Invariants: what is used was found under the key of exactly these inputs, where this run may see it; a layer is recorded
/// while its lease is held, and only by the process that holds the right to build that key in that scope.
/// </summary>
internal sealed class LayerBuild(BuildServices services, ImageRecipe recipe, BuildContext context, ILayerPlace place)
{
    private const int TriesMax = 10;

    private readonly Scope _scope = Scope.Of(context.Identity);

    /// <summary>Lays the step's layer on the stack.</summary>
    /// <exception cref="UserErrorException">The step failed, or made what may not be kept.</exception>
    public async Task AddAsync(ImageStack stack, StepPlace at, StepLayer step, CancellationToken cancellationToken)
    {
        var start = services.Time.GetTimestamp();
        var (key, manifest) = LayerKey.Of(step.Inputs);
        var found = await FindOrMakeAsync(key, manifest, stack, at, step, cancellationToken).ConfigureAwait(false);
        var layer = new ResolvedLayer(key.ToString(), found.Lease.Digest, found.Outcome, services.Time.GetElapsedTime(start), found.Lease.SizeBytes);
        Tell(new BuildEvent.Ended(at.Recipe, at.Index, at.Count, at.Title, layer, found.Reason, found.Changes, found.LeftOut) { LostBecause = found.LostBecause });
        try
        {
            if (context.Verify)
            {
                await VerifyAsync(found.Lease, at, step, cancellationToken).ConfigureAwait(false); // while the stack is what the step stands on
            }
        }
        catch
        {
            found.Lease.Dispose();
            throw;
        }

        stack.Add(found.Lease, layer, at.Title, found.IsShareable);
    }

    private async Task<FoundLayer> FindOrMakeAsync(
        Digest key, JsonObject manifest, ImageStack stack, StepPlace at, StepLayer step, CancellationToken cancellationToken)
    {
        using var turn = new BuildTurn(services, context, at, recipe.Steps[at.Index].At, () => step.FailureCircumstances);
        for (var tries = 0; tries < TriesMax; tries++)
        {
            var (found, _) = await FindAsync(key, cancellationToken).ConfigureAwait(false);
            if (found is not null)
            {
                return turn.Waited ? found with { Reason = BuildReason.BuiltElsewhere } : found;
            }

            var (lease, logPath) = await turn.TakeAsync(_scope, key, cancellationToken).ConfigureAwait(false);
            await using (lease.ConfigureAwait(false))
            {
                (found, var miss) = await FindAsync(key, cancellationToken).ConfigureAwait(false); // by the one that had the lease until now
                if (found is not null)
                {
                    return found with { Reason = BuildReason.BuiltElsewhere };
                }

                var why = miss is BuildReason.New ? await ExplainAsync(key, at, manifest, step, cancellationToken).ConfigureAwait(false) : new(miss);
                var isShareable = stack.IsShareable && step.IsShareable;
                if (await MakeAsync(key, manifest, isShareable, [.. stack.Layers, .. step.CopiesFrom], at, step, lease, logPath, miss, cancellationToken).ConfigureAwait(false) is { } made)
                {
                    return new(made.Lease, LayerOutcome.Built, why.Reason, isShareable) { Changes = why.Changes, LostBecause = why.LostBecause, LeftOut = made.LeftOut };
                }
            }
        }

        throw new UserErrorException(BuildDiagnostics.Unsettled(at, recipe.Steps[at.Index].At));
    }

    /// <returns>The layer, held; or why there is none.</returns>
    private async ValueTask<(FoundLayer? Found, BuildReason Miss)> FindAsync(Digest key, CancellationToken cancellationToken)
    {
        if (await services.Records.FindAsync(key, context.Identity, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return (null, BuildReason.New);
        }

        if (record.UsesNetwork && recipe.MaxAge is { } limit && services.Time.GetUtcNow() - record.CreatedAt > limit)
        {
            return (null, BuildReason.TooOld);
        }

        var opening = await place.OpenAsync(record.Layer, cancellationToken).ConfigureAwait(false);
        if (opening.Lease is null)
        {
            if (opening.Miss is LayerMiss.Damaged)
            {
                await services.Records.QuarantineAsync(record.Key, record.Scope, "it was damaged", cancellationToken).ConfigureAwait(false);
            }

            return (null, BuildReason.Lost);
        }

        await services.Records.TouchAsync([(record.Key, record.Scope)], cancellationToken).ConfigureAwait(false);
        return (new(opening.Lease, LayerOutcome.Reused, BuildReason.Unchanged, record.Shareable), BuildReason.Unchanged);
    }

    /// <returns>Null: another published first, or the right to build was lost: look again.</returns>
    private async Task<MadeLayer?> MakeAsync(
        Digest key, JsonObject manifest, bool isShareable, IReadOnlyList<StackLayer> below, StepPlace at, StepLayer step, Lease lease, string logPath, BuildReason miss,
        CancellationToken cancellationToken)
    {
        var start = services.Time.GetTimestamp();
        services.Logs.RemoveOld();
        Tell(new BuildEvent.Started(at.Recipe, at.Index, at.Count, at.Title));
        using var shown = new BuildProgress($"{at.Recipe}: step {at.Number} of {at.Count}", "building", context.Observer, services.Time, quietAtFirst: true);
        using var log = NewLog(logPath, at);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        MadeLayer made;
        try
        {
            made = await step.MakeAsync(log, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (UserErrorException e) when (step.FailureCircumstances is { } circumstances)
        {
            BuildLogs.TellFailure(logPath, BuildFailure.Of(at, circumstances, e.Diagnostics));
            throw;
        }

        var isOurs = false;
        try
        {
            isOurs = await PublishAsync(made).ConfigureAwait(false) is PublishOutcome.Published or PublishOutcome.Revoked; // what is revoked serves this run alone
            return isOurs ? made : null;
        }
        finally
        {
            if (!isOurs)
            {
                made.Lease.Dispose();
            }
        }

        ValueTask<PublishOutcome> PublishAsync(MadeLayer made) => services.Records.PublishAsync(
            new()
            {
                Key = key,
                Scope = _scope,
                Layer = made.Lease.Digest,
                SizeBytes = made.Lease.SizeBytes,
                UsesNetwork = step.UsesNetwork,
                Shareable = isShareable,
                Producer = context.Producer,
                CreatedAt = services.Time.GetUtcNow(),
                LastUsedAt = services.Time.GetUtcNow(),
                BuildDuration = services.Time.GetElapsedTime(start),
                Manifest = System.Text.Encoding.UTF8.GetString(CanonicalJson.Write(manifest)),
                Definition = recipe.Name,
                Step = at.Index,
                StandsOn = [.. below.SelectMany(static layer => LayerSource.Of(layer.Layer))],
            },
            lease,
            replaces: miss is BuildReason.TooOld or BuildReason.Lost,
            cancellationToken);
    }

    /// <summary>What is not as the last time this step was built, of a key that nothing is found under.</summary>
    private async ValueTask<Explanation> ExplainAsync(Digest key, StepPlace at, JsonObject manifest, StepLayer step, CancellationToken cancellationToken)
    {
        if (await services.Records.FindLatestAsync(recipe.Name, at.Index, context.Identity, cancellationToken).ConfigureAwait(false) is not { } last)
        {
            return new(BuildReason.New);
        }

        if (last.Key == key)
        {
            return new(BuildReason.Lost) { LostBecause = last.RetiredBecause ?? "its run was revoked" }; // what was revoked is live till its row says so, but not found
        }

        var changes = KeyDifference.Between((JsonObject)JsonNode.Parse(last.Manifest)!, manifest);
        using var before = (await place.OpenAsync(last.Layer, cancellationToken).ConfigureAwait(false)).Lease;
        return new(BuildReason.Changed) { Changes = await step.ExplainAsync(changes, before?.IndexPath is { } index ? LayerIndex.Open(index) : null, cancellationToken).ConfigureAwait(false) };
    }

    private async Task VerifyAsync(LayerLease first, StepPlace at, StepLayer step, CancellationToken cancellationToken)
    {
        using var log = NewLog(null, at);
        var (second, _) = await step.MakeAsync(log, cancellationToken).ConfigureAwait(false);
        using (second)
        {
            IReadOnlyList<string> differences = second.Digest == first.Digest ? [] : Differences(first, second);
            Tell(new BuildEvent.Verified(at.Recipe, at.Index, at.Count, at.Title, first.Digest, second.Digest, differences));
        }
    }

    private static List<string> Differences(LayerLease first, LayerLease second) =>
        [.. LayerComparison.Between(LayerIndex.Open(first.IndexPath!), LayerIndex.Open(second.IndexPath!)).Select(static d => $"{d.Path}: {d.How}")];

    private BuildLog NewLog(string? path, StepPlace at) =>
        new(path, context.Mask, line => Tell(new BuildEvent.Output(at.Recipe, at.Index, at.Count, at.Title, line)));

    private void Tell(BuildEvent e) => context.Observer.On(e);

    private sealed record FoundLayer(LayerLease Lease, LayerOutcome Outcome, BuildReason Reason, bool IsShareable)
    {
        public IReadOnlyList<InputChange> Changes { get; init; } = [];

        public string? LostBecause { get; init; }

        public IReadOnlyList<string> LeftOut { get; init; } = [];
    }

    /// <summary>Why a layer has to be made.</summary>
    private sealed record Explanation(BuildReason Reason)
    {
        public IReadOnlyList<InputChange> Changes { get; init; } = [];

        public string? LostBecause { get; init; }
    }
}
