using Strata.Images.Copying;
using Strata.Images.Keys;
using Strata.Layers.Indexes;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>A layer of copied files.</summary>
internal sealed class CopyStepLayer(KeyInputs inputs, PlannedCopy plan, bool isShareable, IReadOnlyList<StackLayer> from, ILayerPlace target) : StepLayer
{
    public override KeyInputs Inputs => inputs;

    /// <summary>What is copied was made without secrets.</summary>
    public override bool IsShareable => isShareable;

    public override IReadOnlyList<StackLayer> CopiesFrom => from;

    public override IReadOnlyList<KeyChange> Explain(IReadOnlyList<KeyChange> changes, LayerIndex? before)
    {
        var files = changes.FirstOrDefault(static change => change.Input == KeyDifference.CopiedFiles);
        return files is null || before is null ? changes : [.. changes.Where(change => change != files), .. CopyDifference.Between(before, plan.Placed())];
    }

    public override async Task<MadeLayer> MakeAsync(BuildLog log, CancellationToken cancellationToken)
    {
        using var write = target.Start();
        var packed = await plan.WriteAsync(write.Target, cancellationToken).ConfigureAwait(false);
        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new(commit.Lease!, []);
    }

    public override void Dispose()
    {
        plan.Dispose();
        base.Dispose();
    }
}
