using Strata.Images.Recipes;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>A copy, and the images it is between.</summary>
internal sealed record CopyRequest
{
    /// <summary>The image so far, bottom first. Held by the caller until the copy is disposed.</summary>
    public required IReadOnlyList<LayerLease> Below { get; init; }

    /// <summary>What is copied from: the source layer, or those of the other image, bottom first. Held likewise.</summary>
    public required IReadOnlyList<LayerLease> From { get; init; }

    public required RecipeStep.Copy Step { get; init; }

    /// <summary>Of the image so far: where a relative <c>to</c> begins. Null: at the root.</summary>
    public string? WorkingDirectory { get; init; }

    public required bool FromWorkspace { get; init; }

    /// <summary>Where the workspace is on this host, to say of a file that is not found why it is not; null: unknown.</summary>
    public string? Workspace { get; init; }

    public required LayerViews Views { get; init; }
}
