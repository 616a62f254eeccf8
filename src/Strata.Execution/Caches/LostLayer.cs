using Strata.Caching.Entries;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Execution.Entries;
using Strata.Execution.Trees;
using Strata.Layers.Store;
using Strata.Storage.Objects;

namespace Strata.Execution.Caches;

/// <summary>A layer of an entry that did not come.</summary>
/// <param name="State">What becomes of the entry; null: nothing, another time the layer may be there.</param>
/// <param name="IsElsewhere">It is in a storage that this run does not use: saved anew, the entry makes way.</param>
internal sealed record LostLayer(EntryState? State, bool IsElsewhere, string Reason)
{
    public static LostLayer Of(EntryServices services, string organization, Digest layer, LayerOpening opening)
    {
        var elsewhere = opening is { Miss: LayerMiss.Absent, WasDamaged: false } ? Elsewhere(services, organization, layer) : null;
        return elsewhere is null
            ? new(StateOf(opening), false, $"its layer {layer.Short} {PlaceText.Why(opening)}")
            : new(null, true, $"its layer {layer.Short} is in {elsewhere}, which this run does not use, and not on this host");
    }

    private static EntryState? StateOf(LayerOpening opening) => opening.Miss switch
    {
        LayerMiss.Absent when !opening.WasDamaged => EntryState.Expired,
        LayerMiss.Unreachable => null,
        _ => EntryState.Quarantined,
    };

    private static string? Elsewhere(EntryServices services, string organization, Digest layer)
    {
        try
        {
            return BlobLocations.Find(services.Database, organization, layer);
        }
        catch (EnvironmentException)
        {
            return null; // then nothing can be retired either
        }
    }
}
