using Strata.Core.Diagnostics;

namespace Strata.Images.Copying;

/// <summary>Finds what a step copies. Costs next to nothing when that was found before: it is kept as a view, found again by its source.</summary>
internal static class CopyPlan
{
    /// <exception cref="UserErrorException">Nothing is there to be copied, or a path cannot be one (STR316x).</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static Task<PlannedCopy> MakeAsync(CopyRequest request, CancellationToken cancellationToken) =>
        throw new System.Diagnostics.UnreachableException();
}
