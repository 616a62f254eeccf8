using Strata.Layers.Entries;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Execution.Trees;

/// <summary>Why something cannot be restored, as a clause.</summary>
internal static class PlaceText
{
    public static string Why(PlaceResolution resolution) => resolution.Problem switch
    {
        PlaceProblem.None => "what is in /tmp belongs to each job alone",
        PlaceProblem.Loop => $"/{LayerEntry.Shown(resolution.At)} leads through too many links",
        PlaceProblem.Escape => "it leads above the root",
        PlaceProblem.Root => "it is the root itself",
        PlaceProblem.NotADirectory => $"/{LayerEntry.Shown(resolution.At)} is there and no directory",
        PlaceProblem.Dangling => $"/{LayerEntry.Shown(resolution.At)} does not exist",
        _ => "it is too long",
    };

    public static string Why(LayerOpening opening) => Why(opening.Miss, opening.Reason);

    public static string Why(LayerMiss miss, string? reason = null) => reason is null ? LayerMissText.Of(miss) : $"{LayerMissText.Of(miss)}: {reason}";
}
