using Strata.Execution.Trees;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Execution.Hermetic;

/// <summary>What a hermetic step will see at one place: known by its digest at once, made when the step is run. A hit needs it never.</summary>
internal sealed class PlannedView(RunLayers layers, ViewRequest request, TreeSummary summary)
{
    public TreeSummary Summary => summary;

    /// <summary>Held by the run's layers, once it was opened.</summary>
    public ViewLease? Opened { get; private set; }

    /// <exception cref="IOException">The disk fails, or a layer it stands on is gone.</exception>
    public async ValueTask<ViewLease> OpenAsync(CancellationToken cancellationToken)
    {
        if (Opened is null)
        {
            var opening = await layers.Views.OpenAsync(request, cancellationToken).ConfigureAwait(false);
            Opened = opening.Lease is { } lease ? layers.Trees.Keep(lease) : throw new IOException($"the layer {opening.Missing?.Short} is gone");
        }

        return Opened;
    }
}
