using System.Runtime.CompilerServices;
using Strata.Core.Tasks;
using Strata.Images.Copying;
using Strata.Images.Recipes;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Images.Building;

/// <summary>One recipe, step by step.</summary>
/// <param name="open">An image below: the base, or one to copy from. The caller disposes it.</param>
internal sealed class RecipeBuild(BuildServices services, ImageRecipe recipe, BuildContext context, Func<RecipeBase, Task<ImageStack>> open)
{
    private readonly ILayerPlace _place = services.Store.Of(ImageOwner.Of(context.Identity).Org);

    /// <returns>The caller disposes it.</returns>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<ImageStack> RunAsync(CancellationToken cancellationToken)
    {
        var others = new Dictionary<RecipeStep.Copy, Task<ImageStack>>(ReferenceEqualityComparer.Instance);
        foreach (var step in recipe.Steps)
        {
            if (step is RecipeStep.Copy { FromImage: { } from } copy)
            {
                others.Add(copy, open(from)); // beside what it is copied into
            }
        }

        try
        {
            var stack = await open(recipe.From).ConfigureAwait(false);
            try
            {
                stack.Config = stack.Config.With(recipe.Config);
                var layers = new LayerBuild(services, recipe, context, _place);
                for (var i = 0; i < recipe.Steps.Count; i++)
                {
                    var index = i;
                    await ImageResolver.GuardAsync(recipe.Steps[i].At, () => ApplyAsync(stack, layers, index, others, cancellationToken)).ConfigureAwait(false);
                }

                context.Observer.On(new BuildEvent.Completed(recipe.Name, recipe.Steps.Count, recipe.Steps.Count));
                return stack;
            }
            catch
            {
                stack.Dispose();
                throw;
            }
        }
        finally
        {
            foreach (var other in others.Values)
            {
                await ((Task)other).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // thrown where it was needed
                if (other.IsCompletedSuccessfully)
                {
                    (await other.ConfigureAwait(false)).Dispose();
                }
            }
        }
    }

    private async Task ApplyAsync(
        ImageStack stack, LayerBuild layers, int index, Dictionary<RecipeStep.Copy, Task<ImageStack>> others, CancellationToken cancellationToken)
    {
        var step = recipe.Steps[index];
        switch (step)
        {
            case RecipeStep.SetEnv set:
                stack.Config = stack.Config.With(new(set.Values, null, null));
                return;
            case RecipeStep.SetUser user:
                stack.Config = stack.Config with { User = user.Name };
                return;
        }

        var at = new StepPlace(recipe.Name, index, recipe.Steps.Count, step.Title);
        using var layer = step switch
        {
            RecipeStep.Run run => new RunStepLayer(at, run with { Args = Given(run.Args) }, stack, Given(recipe.Args), recipe.Limits, context, _place, services.Trees, services.Time),
            RecipeStep.Copy copy => await CopyAsync(stack, copy, others.GetValueOrDefault(copy), cancellationToken).ConfigureAwait(false),
            RecipeStep.SetWorkingDirectory directory => new DirectoryStepLayer(stack, directory, _place),
            _ => throw new InvalidOperationException($"{step.GetType().Name} is no step of a recipe."),
        };
        await layers.AddAsync(stack, at, layer, cancellationToken).ConfigureAwait(false);
        if (step is RecipeStep.SetWorkingDirectory workdir)
        {
            stack.Config = stack.Config with { WorkingDirectory = workdir.Path };
        }
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<StepLayer> CopyAsync(ImageStack stack, RecipeStep.Copy copy, Task<ImageStack>? other, CancellationToken cancellationToken)
    {
        var from = other is null ? null : await other.ConfigureAwait(false);
        IReadOnlyList<LayerLease> source = from is null ? [await context.OpenWorkspace(cancellationToken).ConfigureAwait(false)] : from.Leases;
        var copied = await CopiedFiles.FindAsync(
            new()
            {
                Below = stack.Leases,
                From = source,
                Step = copy,
                WorkingDirectory = stack.Config.WorkingDirectory,
                FromWorkspace = from is null,
                Workspace = context.Workspace,
                Views = new LayerViews(_place, [services.Store.Public]),
            },
            cancellationToken).ConfigureAwait(false);
        return new CopyStepLayer(stack, copy, copied, from, context.Secrets, _place);
    }

    /// <summary>Args with the values this build gives them.</summary>
    private Dictionary<string, string> Given(IReadOnlyDictionary<string, string> defaults)
    {
        var args = new Dictionary<string, string>(defaults, StringComparer.Ordinal);
        foreach (var name in defaults.Keys)
        {
            if (context.Args.TryGetValue(name, out var value))
            {
                args[name] = value;
            }
        }

        return args;
    }
}
