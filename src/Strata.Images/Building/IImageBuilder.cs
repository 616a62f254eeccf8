using Strata.Core.Diagnostics;
using Strata.Images.Recipes;

namespace Strata.Images.Building;

/// <summary>Turns what a job or a person asks for into an image: found, fetched, or built step by step. Safe for concurrent use. Disposing ends what goes on and lets go of all layers.</summary>
public interface IImageBuilder : IAsyncDisposable
{
    /// <summary>The image, ready to be mounted. Concurrent calls for one layer make it once, also across processes; the others see its log.</summary>
    /// <exception cref="UserErrorException">The recipe is wrong or a step of it failed (STR31xx), or its base is (STR30xx).</exception>
    /// <exception cref="EnvironmentException">The machine failed: no network, disk full.</exception>
    ValueTask<ResolvedImage> ResolveAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken);

    /// <summary>The same, to be handed on rather than mounted. The caller disposes it.</summary>
    /// <exception cref="UserErrorException">As <see cref="ResolveAsync"/>.</exception>
    /// <exception cref="EnvironmentException">As <see cref="ResolveAsync"/>.</exception>
    ValueTask<HeldImage> OpenAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken);
}
