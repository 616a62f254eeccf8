using Strata.Core.Diagnostics;
using Strata.Core.Explain;
using Strata.Images.Copying;
using Strata.Images.Keys;
using Strata.Images.Recipes;
using Strata.Layers.Indexes;
using Strata.Layers.Secrets;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>A layer of copied files.</summary>
/// <param name="copied">Becomes this object's.</param>
/// <param name="from">Null: the workspace.</param>
/// <param name="secrets">Looked for in what is copied from the workspace; the layers of images were searched.</param>
internal sealed class CopyStepLayer(
    ImageStack below, RecipeStep.Copy step, CopiedFiles copied, ImageStack? from, IReadOnlyDictionary<string, string> secrets, ILayerPlace target) : StepLayer
{
    public override KeyInputs Inputs { get; } = StepInputs.Of(step, below.SnapshotDigest, below.Config, copied.Files);

    /// <summary>What is copied was made without secrets.</summary>
    public override bool IsShareable => from?.IsShareable ?? true;

    public override IReadOnlyList<StackLayer> CopiesFrom => from?.Layers ?? [];

    public override async ValueTask<IReadOnlyList<InputChange>> ExplainAsync(IReadOnlyList<InputChange> changes, LayerIndex? before, CancellationToken cancellationToken)
    {
        var files = changes.FirstOrDefault(static change => change.Input == KeyDifference.CopiedFiles);
        if (files is null || before is null)
        {
            return changes;
        }

        var named = CopyDifference.Between(before, (await copied.PlanAsync(cancellationToken).ConfigureAwait(false)).Placed());
        return named.Count == 0 ? changes : [.. changes.Where(change => change != files), .. named]; // modes under `mode:` change the key, and nothing in the image
    }

    public override async Task<MadeLayer> MakeAsync(BuildLog log, CancellationToken cancellationToken)
    {
        var plan = await copied.PlanAsync(cancellationToken).ConfigureAwait(false);
        using var write = target.Start();
        var packed = await plan.WriteAsync(write.Target, cancellationToken).ConfigureAwait(false);
        if (from is null && new SecretGate(secrets).Check(write.Target, [], cancellationToken) is { Count: > 0 } finds)
        {
            throw new UserErrorException(CopyDiagnostics.Secret(SecretDiagnostics.Found("The layer of this step", finds, step.At)));
        }

        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new(commit.Lease!, []);
    }

    public override void Dispose()
    {
        copied.Dispose();
        base.Dispose();
    }
}
