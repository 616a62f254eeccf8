using Strata.Images.Copying;
using Strata.Images.Keys;
using Strata.Images.Recipes;
using Strata.Layers.Packing;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>The layer of a working directory: what of its path was missing, often nothing.</summary>
internal sealed class DirectoryStepLayer(ImageStack below, RecipeStep.SetWorkingDirectory step, ILayerPlace target) : StepLayer
{
    public override KeyInputs Inputs { get; } = StepInputs.Of(step, below.SnapshotDigest);

    public override async Task<MadeLayer> MakeAsync(BuildLog log, CancellationToken cancellationToken)
    {
        using var write = target.Start();
        var packed = WorkdirLayer.Find(below.Leases, step.Path, step.At)?.Write(write.Target) ?? WriteRoot(write.Target);
        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new(commit.Lease!, []);
    }

    /// <summary>A layer that changes nothing: the directory was there.</summary>
    private PackedLayer WriteRoot(LayerTarget layer)
    {
        using var builder = new LayerBuilder(layer);
        builder.Add(below.Tree.Find([])!.Entry);
        return builder.Finish();
    }
}
