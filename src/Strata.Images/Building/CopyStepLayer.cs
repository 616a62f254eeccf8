using Strata.Images.Copying;
using Strata.Images.Keys;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>A layer of copied files.</summary>
internal sealed class CopyStepLayer(KeyInputs inputs, PlannedCopy plan, bool isShareable, ILayerPlace target) : StepLayer
{
    public override KeyInputs Inputs => inputs;

    /// <summary>What is copied was made without secrets.</summary>
    public override bool IsShareable => isShareable;

    public override async Task<MadeLayer> MakeAsync(BuildLog log, CancellationToken cancellationToken)
    {
        using var write = target.Start();
        var packed = await plan.WriteAsync(write.Target, cancellationToken).ConfigureAwait(false);
        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new(commit.Lease!, []);
    }

    public override void Dispose() => plan.Dispose();
}
