using Strata.Layers;
using Strata.Layers.Placing;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>Puts what a hermetic step made into its job's workspace: the same way after a hit and after a miss.</summary>
internal sealed class OutputPlacing(string scratch)
{
    /// <summary>Whatever is at the output paths goes; what the step made is there instead.</summary>
    /// <param name="layers">Bottom first; none: it made nothing.</param>
    /// <exception cref="IOException">The workspace cannot be written.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    public async Task PlaceAsync(HermeticPlan plan, IReadOnlyList<LayerLease> layers, ISandbox sandbox, CancellationToken cancellationToken)
    {
        using var workspace = sandbox.OpenDirectory(SandboxSpec.WorkspacePath) ?? throw new IOException($"{SandboxSpec.WorkspacePath} is gone");
        var format = sandbox.UpperFormat;
        var placement = new LivePlacement(new OwnerPolicy(format.OwnerShift, format.IdMax), scratch);
        await placement.ReplaceAsync(workspace, [.. layers.Select(LowerLayer.Of)], plan.Outputs, cancellationToken).ConfigureAwait(false);
    }
}
