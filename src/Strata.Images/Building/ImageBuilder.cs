using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Core.Tasks;
using Strata.Images.Recipes;
using Strata.Images.Records;
using Strata.Layers;
using Strata.Layers.Trees;
using Strata.Metadata;

namespace Strata.Images.Building;

/// <summary>
/// The images of one run or one command: each recipe is built once in it, whoever asks. Independent recipes are built side by side. Disposing ends what goes
/// on and lets go of the layers.
/// </summary>
public sealed class ImageBuilder : IImageBuilder
{
    private readonly ImageResolver _bases;
    private readonly LayerTrees _trees;
    private readonly Database _database; // opened by the first recipe with steps
    private readonly BuildServices _services;
    private readonly ConcurrentDictionary<ImageRecipe, Lazy<Task<ImageStack>>> _stacks = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<(string? Key, Digest Layer), bool> _told = []; // two steps may come out alike: each was built
    private readonly CancellationTokenSource _ended = new();

    /// <param name="bases">Remains the caller's.</param>
    /// <param name="owners">How owners are written on this host, where layers are extracted: asked for by the first that is.</param>
    public ImageBuilder(ImageResolver bases, string dataDirectory, Func<OwnerPolicy> owners, TimeProvider time)
    {
        _bases = bases;
        _trees = new(dataDirectory, owners);
        _database = new(dataDirectory, time);
        _services = new(
            bases, bases.Layers, _trees, new ImageLayerRecords(_database, time), new BuildLeases(_database, time), new BuildLogs(Path.Combine(dataDirectory, "builds"), time), time);
    }

    /// <summary>Recipes with steps will come: the database is opened, and what asks it for layers loaded, beside what the caller does next. What goes wrong is met again where it matters.</summary>
    public void Preload(RunIdentity identity) => _ = Task.Run(() => _services.Records.FindAsync(default, identity, CancellationToken.None).AsTask());

    public ValueTask<ResolvedImage> ResolveAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken)
    {
        return recipe is { Steps.Count: 0, From: RecipeBase.Base plain } ? ResolveBaseAsync(plain.Image) : new(ResolveStackAsync());

        async ValueTask<ResolvedImage> ResolveBaseAsync(BaseImage image)
        {
            var resolved = await _bases.ResolveAsync(image, context.Identity, context.Observer, cancellationToken).ConfigureAwait(false);
            return resolved with { Config = resolved.Config.With(recipe.Config) };
        }

        async Task<ResolvedImage> ResolveStackAsync()
        {
            var stack = await BuiltAsync(recipe, context, cancellationToken).ConfigureAwait(false);
            var lowers = await _trees.OpenStackAsync(stack.Leases, cancellationToken).ConfigureAwait(false);
            return new(lowers, stack.Config, LayersOf(stack)) { Leases = stack.Leases, IsShareable = stack.IsShareable };
        }
    }

    public ValueTask<HeldImage> OpenAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken) => new(OpenOneAsync(recipe, context, cancellationToken));

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<HeldImage> OpenOneAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken)
    {
        if (recipe is { Steps.Count: 0, From: RecipeBase.Base { Image: var image } })
        {
            return (await _bases.OpenAsync(image, context.Identity, context.Observer, cancellationToken).ConfigureAwait(false)).With(recipe.Config);
        }

        var stack = await BuiltAsync(recipe, context, cancellationToken).ConfigureAwait(false);
        return new(stack, recipe, LayersOf(stack));
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        foreach (var begun in _stacks.Values)
        {
            if (begun.IsValueCreated)
            {
                await ((Task)begun.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // who asked was told
                if (begun.Value.IsCompletedSuccessfully)
                {
                    (await begun.Value.ConfigureAwait(false)).Dispose();
                }
            }
        }

        _trees.Dispose();
        _database.Dispose();
        _ended.Dispose();
    }

    /// <summary>That a layer was built is told once; for all others who ask for an image on it, it is there.</summary>
    private List<ResolvedLayer> LayersOf(ImageStack stack)
    {
        var layers = new List<ResolvedLayer>(stack.Layers.Count);
        foreach (var (layer, _) in stack.Layers)
        {
            var isNews = layer.Outcome is not LayerOutcome.Reused && _told.TryAdd((layer.Key, layer.Digest), true);
            layers.Add(isNews ? layer : layer with { Outcome = LayerOutcome.Reused });
        }

        return layers;
    }

    /// <summary>Another may wait for it too: it ends with this builder, not with who asked.</summary>
    private Task<ImageStack> BuiltAsync(ImageRecipe recipe, BuildContext context, CancellationToken cancellationToken) =>
        Begun(recipe, context).WaitAsync(cancellationToken);

    private Task<ImageStack> Begun(ImageRecipe recipe, BuildContext context) =>
        _stacks.GetOrAdd(recipe, static (recipe, all) => new(() => Task.Run(() => all.Builder.BuildAsync(recipe, all.Context))), (Builder: this, Context: context)).Value;

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<ImageStack> BuildAsync(ImageRecipe recipe, BuildContext context)
    {
        try
        {
            return await new RecipeBuild(_services, recipe, context, BelowAsync).RunAsync(_ended.Token).ConfigureAwait(false);
        }
        catch (DamagedLayerException e)
        {
            throw new EnvironmentException(BuildDiagnostics.DamagedLayer(recipe.Name, e.Fault.ToString(), e.Message), e);
        }

        [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
        async Task<ImageStack> BelowAsync(RecipeBase below)
        {
            if (below is RecipeBase.Recipe other)
            {
                return new(await Begun(other.Definition, context).ConfigureAwait(false));
            }

            var held = await _bases.OpenAsync(((RecipeBase.Base)below).Image, context.Identity, context.Observer, _ended.Token).ConfigureAwait(false);
            return new(held);
        }
    }
}
