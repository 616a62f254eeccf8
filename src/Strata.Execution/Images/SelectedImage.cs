using Strata.Images;
using Strata.Images.Recipes;
using Strata.Workflows.Model;

namespace Strata.Execution.Images;

/// <summary>The image a job gets, before it is made.</summary>
/// <param name="Name">As the report shows it.</param>
/// <param name="Why">For people: where the choice comes from.</param>
/// <param name="ContainerEnv"><c>container.env</c>: for the job's steps.</param>
internal sealed record SelectedImage(string Name, string Why, ImageRecipe Recipe, IReadOnlyList<EnvironmentVariable> ContainerEnv)
{
    public BaseImage Base => Recipe.Base;

    public override string ToString() => $"{Name} ({Why}{(Base.PinnedTo is { } pin ? $", pinned to {pin.Short}" : "")})";
}
