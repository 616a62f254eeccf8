using System.Text.Json.Nodes;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Images.Keys;
using Strata.Images.Recipes;
using Strata.Images.Records;
using Strata.Tenancy;

namespace Strata.Images.Kept;

/// <summary>
/// Which layers the workflows here come to as they are written now. They are found as a build finds them, by what they are made of: names do not count, so two images of one name
/// keep what each needs, and of two that begin alike each keeps what was built for the other. A step that was never built as it is written now keeps, in each scope, what images
/// of its name were built to there last: other refs may still have it so.
/// </summary>
internal sealed class DefinedLayers
{
    private readonly KeptImages _kept;
    private readonly RunIdentity _forWhom;
    private readonly Dictionary<Digest, List<Made>> _byBelow = []; // newest use first
    private readonly Dictionary<ImageRecipe, IReadOnlyList<Way>> _ways = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string To, uint? Mode, string? Owner), HashSet<string>> _copies = [];
    private readonly Dictionary<ImageLayerRecord, string> _users = new(ReferenceEqualityComparer.Instance);

    /// <param name="records">All of the repository of <paramref name="forWhom"/>, newest use first.</param>
    public DefinedLayers(KeptImages kept, RunIdentity forWhom, IReadOnlyList<ImageLayerRecord> records, DefinedSteps steps)
    {
        (_kept, _forWhom) = (kept, forWhom);
        foreach (var made in records.Select(static record => new Made(record, (JsonObject)JsonNode.Parse(record.Manifest)!)))
        {
            if (Digest.TryParse((string?)made.Manifest["below"], null, out var below))
            {
                (_byBelow.TryGetValue(below, out var others) ? others : _byBelow[below] = []).Add(made);
            }
        }

        foreach (var copy in steps.Workflows.SelectMany(static recipes => recipes).SelectMany(static recipe => recipe.Steps).OfType<RecipeStep.Copy>())
        {
            (_copies.TryGetValue(TargetOf(copy), out var sources) ? sources : _copies[TargetOf(copy)] = []).Add(SourceOf(copy));
        }

        var found = new Dictionary<(Scope Scope, string Definition, int Step), int>(); // by how many workflows
        foreach (var recipes in steps.Workflows)
        {
            foreach (var place in recipes.SelectMany(Use).Distinct())
            {
                found[place] = found.GetValueOrDefault(place) + 1;
            }
        }

        foreach (var last in records.Where(record => !_users.ContainsKey(record)).GroupBy(static record => (record.Scope, record.Definition, record.Step)))
        {
            foreach (var record in last.Take(steps.CountOf(last.Key.Definition, last.Key.Step) - found.GetValueOrDefault(last.Key)))
            {
                _users.Add(record, last.Key.Definition);
            }
        }
    }

    /// <summary>The image that needs it; null: none does.</summary>
    public string? UserOf(ImageLayerRecord record) => _users.GetValueOrDefault(record);

    /// <returns>In which scopes its steps have layers.</returns>
    private List<(Scope, string, int)> Use(ImageRecipe recipe)
    {
        var places = new List<(Scope, string, int)>();
        foreach (var (record, step) in WaysOf(recipe).SelectMany(static way => way.Used))
        {
            _users.TryAdd(record, recipe.Name);
            places.Add((record.Scope, recipe.Name, step));
        }

        return places;
    }

    private IReadOnlyList<Way> WaysOf(ImageRecipe recipe) =>
        _ways.TryGetValue(recipe, out var known) ? known : _ways[recipe] = [.. Below(recipe.From).Select(below => Follow(below with { Config = below.Config.With(recipe.Config) }, recipe, 0))];

    private Way Follow(Stack below, ImageRecipe recipe, int index)
    {
        if (index == recipe.Steps.Count)
        {
            return new(index, [], [below]);
        }

        var step = recipe.Steps[index];
        switch (step)
        {
            case RecipeStep.SetEnv set:
                return Follow(below with { Config = below.Config.With(new(set.Values, null, null)) }, recipe, index + 1);
            case RecipeStep.SetUser user:
                return Follow(below with { Config = below.Config with { User = user.Name } }, recipe, index + 1);
        }

        var config = step is RecipeStep.SetWorkingDirectory directory ? below.Config with { WorkingDirectory = directory.Path } : below.Config;
        var ways = new Dictionary<Digest, Way>(); // of one layer in several scopes, one
        Way WayOf(ImageLayerRecord record) =>
            ways.TryGetValue(record.Layer, out var known) ? known : ways[record.Layer] = Follow(new([.. below.Layers, record.Layer], config), recipe, index + 1);
        var records = RecordsOf(below, recipe, step).ToList();
        if (step is RecipeStep.Copy copy)
        {
            // Which files there were is not known, only where they went. What this image's next steps stand on is its own; of that, as many as there are sources that go there.
            var sources = _copies.GetValueOrDefault(TargetOf(copy))?.Count ?? 1;
            records = [.. records.GroupBy(static record => record.Scope).SelectMany(scope => scope.GroupBy(record => WayOf(record).Depth).MaxBy(static equal => equal.Key)!.Take(sources))];
        }

        return records.Count == 0 ? new(index, [], []) : new(
            records.Max(record => WayOf(record).Depth),
            [.. records.SelectMany(record => WayOf(record).Used.Prepend((record, index)))],
            [.. records.SelectMany(record => WayOf(record).Tops).DistinctBy(static top => top.Snapshot)]);
    }

    /// <summary>What a step was built to, in any scope, newest use first. Whoever built it with other args than those that are written made another layer.</summary>
    private IEnumerable<ImageLayerRecord> RecordsOf(Stack below, ImageRecipe recipe, RecipeStep step)
    {
        var candidates = _byBelow.GetValueOrDefault(below.Snapshot) ?? [];
        switch (step)
        {
            case RecipeStep.Run run:
                return Keyed(StepInputs.Of(run, below.Snapshot, below.Config, recipe.Args));
            case RecipeStep.SetWorkingDirectory directory:
                return Keyed(StepInputs.Of(directory, below.Snapshot));
            case RecipeStep.Copy copy:
                var (_, wanted) = LayerKey.Of(StepInputs.Of(copy, below.Snapshot, below.Config, files: null));
                return candidates.Where(made => JsonNode.DeepEquals(WithoutFiles(made.Manifest), wanted)).Select(static made => made.Record);
            default:
                return [];
        }

        IEnumerable<ImageLayerRecord> Keyed(KeyInputs inputs)
        {
            var (key, _) = LayerKey.Of(inputs);
            return candidates.Where(made => made.Record.Key == key).Select(static made => made.Record);
        }
    }

    private IEnumerable<Stack> Below(RecipeBase from) => from switch
    {
        RecipeBase.Base plain => Bases(plain.Image),
        RecipeBase.Recipe { Definition: var recipe } => WaysOf(recipe).SelectMany(static way => way.Tops),
        _ => [],
    };

    private IEnumerable<Stack> Bases(BaseImage image)
    {
        KeptImage? found;
        try
        {
            found = _kept.Find(image, _forWhom);
        }
        catch (UserErrorException)
        {
            yield break; // a package or reference that is wrong
        }

        if (found is not null)
        {
            yield return new([.. found.Layers.Select(static layer => layer.Digest)], found.Config);
            foreach (var layer in found.Earlier)
            {
                yield return new([layer.Digest], found.Config);
            }
        }
    }

    private static JsonObject WithoutFiles(JsonObject manifest)
    {
        var rest = manifest.DeepClone().AsObject();
        rest.Remove("files");
        return rest;
    }

    private static (string To, uint? Mode, string? Owner) TargetOf(RecipeStep.Copy copy) => (copy.To, copy.Mode, copy.Owner);

    private static string SourceOf(RecipeStep.Copy copy) => string.Join('\0',
    [
        .. copy.From.Select(static from => from.Pattern), "", .. copy.Exclude, "",
        copy.FromImage switch { RecipeBase.Recipe other => other.Definition.Name, RecipeBase.Base plain => (plain.Image with { At = null }).ToString(), _ => "" },
    ]);

    private sealed record Made(ImageLayerRecord Record, JsonObject Manifest);

    /// <summary>How far a recipe comes from some step on, with layers that are recorded.</summary>
    /// <param name="Depth">The first step that has none.</param>
    /// <param name="Tops">Empty: it does not come to its end.</param>
    private sealed record Way(int Depth, IReadOnlyList<(ImageLayerRecord Record, int Step)> Used, IReadOnlyList<Stack> Tops);

    private sealed record Stack(IReadOnlyList<Digest> Layers, ImageConfig Config)
    {
        public Digest Snapshot { get; } = ImageDigest.OfSnapshot(Layers);
    }
}
