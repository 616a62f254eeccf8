using Strata.Core.Diagnostics;
using Strata.Sandbox;

namespace Strata.Images.Recipes;

/// <summary>How an image is made: a base, and what is done to it step by step. All text is final.</summary>
public sealed record ImageRecipe
{
    /// <summary>For people and for what is remembered: a definition's name, or what an inline one belongs to.</summary>
    public required string Name { get; init; }

    public required SourceSpan At { get; init; }

    public required RecipeBase From { get; init; }

    /// <summary>Set over the base's before the first step.</summary>
    public ImageConfig Config { get; init; } = ImageConfig.Empty;

    /// <summary>Values a step may name.</summary>
    public IReadOnlyDictionary<string, string> Args { get; init; } = new Dictionary<string, string>();

    /// <summary>Of each command. No part of what it makes, so no part of its key.</summary>
    public ResourceLimits Limits { get; init; } = ResourceLimits.None;

    /// <summary>Layers of steps with network are built again once older.</summary>
    public TimeSpan? MaxAge { get; init; }

    public IReadOnlyList<RecipeStep> Steps { get; init; } = [];

    /// <summary>What is below all definitions.</summary>
    public BaseImage Base => From switch
    {
        RecipeBase.Recipe below => below.Definition.Base,
        RecipeBase.Base { Image: var image } => image,
        _ => throw new InvalidOperationException($"{From.GetType().Name} is no base."),
    };

    /// <summary>Args that it, or a definition it stands on or copies from, has. Some may come twice.</summary>
    public IEnumerable<string> ArgNames() => Args.Keys
        .Concat(Steps.OfType<RecipeStep.Run>().SelectMany(static run => run.Args.Keys))
        .Concat(Steps.OfType<RecipeStep.Copy>().Select(static copy => copy.FromImage).Prepend(From)
            .SelectMany(static from => from is RecipeBase.Recipe other ? other.Definition.ArgNames() : []));

    /// <summary>Whether it, or a definition it stands on or copies from, takes files of the workspace.</summary>
    public bool CopiesFromWorkspace() =>
        Steps.Any(static step => step is RecipeStep.Copy { FromImage: null })
        || Steps.OfType<RecipeStep.Copy>().Select(static copy => copy.FromImage).Prepend(From)
            .Any(static from => from is RecipeBase.Recipe other && other.Definition.CopiesFromWorkspace());

    /// <summary>All that must come from elsewhere for it: its base, and what it copies from; those of definitions too. Some may come twice.</summary>
    public IEnumerable<BaseImage> Sources()
    {
        foreach (var from in Steps.OfType<RecipeStep.Copy>().Select(static copy => copy.FromImage).Prepend(From))
        {
            switch (from)
            {
                case RecipeBase.Base plain:
                    yield return plain.Image;
                    break;
                case RecipeBase.Recipe other:
                    foreach (var image in other.Definition.Sources())
                    {
                        yield return image;
                    }

                    break;
            }
        }
    }
}

/// <summary>What an image, or a copy from one, starts from.</summary>
public abstract record RecipeBase
{
    private RecipeBase()
    {
    }

    public sealed record Base(BaseImage Image) : RecipeBase;

    /// <summary>Another definition. Definitions form no cycle.</summary>
    public sealed record Recipe(ImageRecipe Definition) : RecipeBase;
}
