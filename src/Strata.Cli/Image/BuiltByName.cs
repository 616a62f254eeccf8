using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Execution.Planning;
using Strata.Images.Kept;
using Strata.Images.Recipes;

namespace Strata.Cli.Image;

/// <summary>What is built from steps: definitions, and jobs' own images as <c>of JOB</c>. In every scope of the repository.</summary>
internal sealed class BuiltByName
{
    private readonly ImagePlace _place;
    private readonly IReadOnlyList<BuiltImage> _built;
    private readonly IReadOnlyList<(string User, ImageRecipe Recipe)> _recipes;

    private BuiltByName(ImagePlace place, IReadOnlyList<BuiltImage> built)
    {
        (_place, _built) = (place, built);
        _recipes = place.Request is { } request ? WorkflowImages.Recipes(request) : [];
    }

    /// <summary>By definition and scope.</summary>
    public IReadOnlyList<BuiltImage> All => _built;

    public IReadOnlyList<BuiltImageResult> Results => [.. _built.Select(ResultOf)];

    public static async ValueTask<BuiltByName> ReadAsync(ImagePlace place, CancellationToken cancellationToken) => new(
        place,
        await new BuiltImages(place.Data, LocalRoots.Of(place.Data), TimeProvider.System)
            .ListAsync(place.Identity, WorkflowImages.Steps(place.Request is { } request ? [request] : []), cancellationToken).ConfigureAwait(false));

    /// <summary>What a name means that is written so in the workflow, in a record, or both.</summary>
    /// <returns>Null: it means nothing that is built from steps.</returns>
    public string? NameOf(string name)
    {
        var bare = name.StartsWith("images.", StringComparison.Ordinal) ? name["images.".Length..] : name;
        if (_place.Request?.Workflow.Images.FirstOrDefault(image => image.Name == bare) is { } definition)
        {
            return definition.Steps.Count > 0 ? bare : null;
        }

        return _recipes.Any(recipe => recipe.Recipe.Name == name && recipe.Recipe.Steps.Count > 0) || _built.Any(image => image.Definition == name) ? name : null;
    }

    /// <summary>By scope; none if the name means no such image, or it was never built.</summary>
    public IReadOnlyList<BuiltImage> Find(string name) => NameOf(name) is { } definition ? [.. _built.Where(image => image.Definition == definition)] : [];

    public BuiltImageResult ResultOf(BuiltImage image) => BuiltImageResult.Of(image, DigestOf(image), UsersOf(image.Definition));

    /// <summary>Jobs and definitions of the workflow here that are built on it or copy from it.</summary>
    public IReadOnlyList<string> UsersOf(string definition) =>
    [
        .. _recipes.Where(user => user.User != $"images.{definition}" && (IsOf(user.Recipe, definition) || References(user.Recipe).Any(other => IsOf(other, definition))))
            .Select(user => user.User).Distinct(StringComparer.Ordinal),
    ];

    /// <returns>Null: not known, or not all of it is there.</returns>
    public Digest? DigestOf(BuiltImage image)
    {
        try
        {
            return _recipes.FirstOrDefault(known => IsOf(known.Recipe, image.Definition)).Recipe is { } recipe
                ? new BuiltStacks(_place.Kept, _place.Identity, _built).DigestOf(image, recipe)
                : null;
        }
        catch (UserErrorException)
        {
            return null; // its base is wrong by now, as a package that cannot be one
        }
    }

    /// <summary>What a job gets without steps may be called like a definition.</summary>
    private static bool IsOf(ImageRecipe recipe, string definition) => recipe.Steps.Count > 0 && recipe.Name == definition;

    private static IEnumerable<ImageRecipe> References(ImageRecipe recipe) => recipe.Steps.OfType<RecipeStep.Copy>().Select(static copy => copy.FromImage).Prepend(recipe.From)
        .OfType<RecipeBase.Recipe>().Select(static other => other.Definition);
}
