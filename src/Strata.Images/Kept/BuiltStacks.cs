using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Images.Recipes;

namespace Strata.Images.Kept;

/// <summary>Whole built images: a record knows the digest of what it stands on, so it is found out which layers below were meant.</summary>
/// <param name="built">All of the repository.</param>
public sealed class BuiltStacks(KeptImages kept, RunIdentity forWhom, IReadOnlyList<BuiltImage> built)
{
    /// <summary>The image digest (DESIGN §3), as a build of it says.</summary>
    /// <returns>Null: a step has no layer, what it stands on is gone, or its layers are of different builds.</returns>
    public Digest? DigestOf(BuiltImage image, ImageRecipe recipe) =>
        Below(recipe.From).Select(below => Over(below, image, recipe)).FirstOrDefault(static stack => stack is not null) is { } whole
            ? ImageDigest.OfImage(ImageDigest.OfSnapshot(whole.Layers), whole.Config)
            : null;

    private IEnumerable<Stack> Below(RecipeBase from) => from switch
    {
        RecipeBase.Base plain => Bases(plain.Image),
        RecipeBase.Recipe { Definition: var recipe } => Below(recipe.From).SelectMany(below =>
            built.Where(image => image.Definition == recipe.Name).Append(null).Select(image => Over(below, image, recipe)).OfType<Stack>()),
        _ => [],
    };

    private IEnumerable<Stack> Bases(BaseImage image)
    {
        if (kept.Find(image, forWhom) is { } found)
        {
            yield return new([.. found.Layers.Select(static layer => layer.Digest)], found.Config);
            foreach (var layer in found.Earlier)
            {
                yield return new([layer.Digest], found.Config);
            }
        }
    }

    /// <param name="image">Null: for a recipe that makes no layer.</param>
    private static Stack? Over(Stack below, BuiltImage? image, ImageRecipe recipe)
    {
        var layers = below.Layers.ToList();
        var config = below.Config.With(recipe.Config);
        foreach (var (index, step) in recipe.Steps.Index())
        {
            switch (step)
            {
                case RecipeStep.SetEnv set:
                    config = config.With(new(set.Values, null, null));
                    continue;
                case RecipeStep.SetUser user:
                    config = config with { User = user.Name };
                    continue;
                case RecipeStep.SetWorkingDirectory directory:
                    config = config with { WorkingDirectory = directory.Path };
                    break;
            }

            if (image?.Steps.FirstOrDefault(built => built.Record.Step == index) is not { IsPresent: true, Record: var record }
                || (string?)JsonNode.Parse(record.Manifest)!["below"] != ImageDigest.OfSnapshot(layers).ToString())
            {
                return null;
            }

            layers.Add(record.Layer);
        }

        return new(layers, config);
    }

    private sealed record Stack(IReadOnlyList<Digest> Layers, ImageConfig Config);
}
