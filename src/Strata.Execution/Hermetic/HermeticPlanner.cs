using System.Text;
using Strata.Caching.Steps;
using Strata.Core;
using Strata.Core.Globs;
using Strata.Execution.Caches;
using Strata.Execution.Steps;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Layers;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Views;
using Strata.Sandbox;
using Strata.Sandbox.Scripts;
using Strata.Workflows.Model;

namespace Strata.Execution.Hermetic;

/// <summary>From a step's declarations to views of exactly what they name, and the key that follows. Contents are not read where a layer's index has their digests.</summary>
internal sealed class HermeticPlanner(HermeticJob job)
{
    private readonly OutputTime _times = new();
    private readonly DefaultShell _default = new(job.Image.Leases);

    /// <param name="inputs">Patterns: of the step, unless something else is to be tried.</param>
    /// <exception cref="IOException">Something cannot be read, or the disk is full or fails.</exception>
    /// <exception cref="DamagedLayerException">A layer contradicts itself.</exception>
    /// <exception cref="HostileArchiveException">Something the job wrote has no place in a layer.</exception>
    public async Task<HermeticPlan> PlanAsync(
        HermeticCommand command, IEnumerable<string> inputs, Shell shell, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var named = job.PlacesOf(command.Cache.Caches.Select(static name => name.Value));
        command = WithPresets(command, named);
        var epoch = HermeticEnvironment.Epoch(command.Env);
        var outputs = Globs(command.Cache.Outputs.Select(static pattern => pattern.Value));
        var workspace = await PlanWorkspaceAsync(command, inputs, named, epoch, sandbox, cancellationToken).ConfigureAwait(false);
        var (caches, trees) = await PlanCachesAsync(named, epoch, sandbox, cancellationToken).ConfigureAwait(false);
        var (key, manifest) = new StepKey
        {
            Image = job.Image.Digest,
            Command = command.Script,
            Shell = shell.Arguments,
            Directory = command.Directory,
            UserId = job.User.UserId,
            GroupId = job.User.GroupId,
            Env = command.Env,
            Inputs = workspace.Summary.Tree,
            Caches = trees,
            Outputs = [.. outputs.Patterns.Select(static pattern => pattern.IsExclusion ? $"!{pattern.Canonical.TrimStart('!')}" : pattern.Canonical)],
            Platform = ImageDigest.Platform,
            Sandbox = HermeticEnvironment.Profile,
        }.Compute();
        return new()
        {
            Command = command,
            Shell = shell,
            Outputs = outputs,
            Epoch = epoch,
            OutputTime = _times.Of(HermeticEnvironment.OwnEpoch(command.Env), epoch, workspace.Summary.Newest),
            Workspace = workspace,
            Caches = caches,
            CachePaths = [.. named.SelectMany(static cache => cache.Places).Where(static place => place.In.Overlay is JobOverlay.Root).Select(static place => place.In.Path)],
            Key = key,
            Manifest = manifest,
        };
    }

    /// <summary>What the step named, or what a step without <c>shell:</c> gets in this image. Null: it is no shell.</summary>
    /// <exception cref="IOException">The image cannot be read.</exception>
    /// <exception cref="DamagedLayerException">A layer of it contradicts itself.</exception>
    public Shell? ShellOf(string? written) => written is null ? _default.Find() : Shell.Parse(written);

    /// <summary>What presets of the caches it names set, so that their tools look there; the step's own count before.</summary>
    private static HermeticCommand WithPresets(HermeticCommand command, IReadOnlyList<NamedCache> named)
    {
        if (named.Count == 0)
        {
            return command;
        }

        var env = new SortedDictionary<string, string>(command.Env.ToDictionary(), StringComparer.Ordinal);
        foreach (var cache in named)
        {
            foreach (var (name, value) in cache.Env)
            {
                env.TryAdd(name, value);
            }
        }

        return command with { Env = env };
    }

    /// <summary>Before the job starts: what its hermetic steps will see as long as nothing is written there is looked at, and remembered, by what is returned: beside others.</summary>
    /// <exception cref="IOException">Something cannot be read.</exception>
    public Action<CancellationToken> Foresee(IEnumerable<StepCache> steps)
    {
        var layers = job.Attempt.Services.Layers;
        IReadOnlyList<LayerLease> below = [.. job.Trees.LayersOf(JobOverlay.Workspace)];
        var all = new List<(StepCache Cache, IReadOnlyList<NamedCache> Named)>();
        foreach (var cache in steps)
        {
            all.Add((cache, job.PlacesOf(cache.Caches.Select(static name => name.Value))));
        }

        return cancellationToken =>
        {
            _ = _default.Find();
            foreach (var (cache, named) in all)
            {
                layers.Views.Summarize(RequestOf(below, ShownOf(cache, cache.Inputs.Select(static pattern => pattern.Value), named), default), cancellationToken);
            }
        };
    }

    private async Task<PlannedView> PlanWorkspaceAsync(
        HermeticCommand command, IEnumerable<string> inputs, IReadOnlyList<NamedCache> named, Timestamp epoch, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var shown = ShownOf(command.Cache, inputs, named);
        return await PlanAsync(
            JobOverlay.Workspace,
            path => Encoding.UTF8.GetString(path) is var text && (shown.Matches(text, isDirectory: true) || shown.MayMatchBelow(text)),
            layers => RequestOf(layers, shown, epoch),
            sandbox,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What matches the inputs and is no output: those are absent when the step starts.</summary>
    private static GlobSet ShownOf(StepCache cache, IEnumerable<string> inputs, IReadOnlyList<NamedCache> named)
    {
        var seen = inputs.Concat(named.SelectMany(static cache => cache.Places)
            .Where(static place => place.In.Overlay is JobOverlay.Workspace).SelectMany(PatternsOf));
        var hidden = Globs(cache.Outputs.Select(static pattern => pattern.Value)).Patterns.Where(static pattern => !pattern.IsExclusion);
        IReadOnlyList<GlobPattern> patterns = [.. Globs(seen).Patterns, .. hidden.Select(static pattern => pattern.AsExclusion(true))];
        return patterns.Count <= GlobSet.PatternsMax ? GlobSet.Of(patterns)
            : throw new Workflows.Expressions.ExpressionException($"cache: inputs and outputs are more than {GlobSet.PatternsMax} patterns.");
    }

    private ViewRequest RequestOf(IReadOnlyList<LayerLease> layers, GlobSet shown, Timestamp epoch) =>
        new() { Parts = [new() { Layers = layers, Selection = ViewSelection.Matching(shown) }], OwnedBy = Owner, Modified = epoch };

    private async Task<(IReadOnlyList<PlannedView> Views, IReadOnlyDictionary<string, IReadOnlyDictionary<string, Digest>> Trees)> PlanCachesAsync(
        IReadOnlyList<NamedCache> named, Timestamp epoch, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var views = new List<PlannedView>();
        var trees = new SortedDictionary<string, IReadOnlyDictionary<string, Digest>>(StringComparer.Ordinal);
        foreach (var cache in named)
        {
            var paths = new SortedDictionary<string, Digest>(StringComparer.Ordinal);
            foreach (var place in cache.Places.Where(static place => place.In.Overlay is JobOverlay.Root))
            {
                var path = place.In.Path;
                var choice = place.Choice;
                var view = await PlanAsync(
                    JobOverlay.Root,
                    other => other.AsSpan().SequenceEqual(path) || TreePath.IsBelow(other, path) || TreePath.IsBelow(path, other),
                    layers => new()
                    {
                        Parts = [choice is null ? new() { Layers = layers, Below = path, Prefix = path } : new() { Layers = layers, Selection = ViewSelection.Matching(choice) }],
                        Directories = place.Place.Directories,
                        OwnedBy = Owner,
                        Modified = epoch,
                    },
                    sandbox,
                    cancellationToken).ConfigureAwait(false);
                views.Add(view);
                paths[place.Path] = view.Summary.Tree;
            }

            trees[cache.Name] = paths;
        }

        return (views, trees);
    }

    private static IEnumerable<string> PatternsOf(CachePlace place) =>
        place.Choice?.Patterns.Select(static pattern => pattern.Canonical) ?? [Encoding.UTF8.GetString(place.In.Path)];

    private (uint, uint) Owner => ((uint)job.User.UserId, (uint)job.User.GroupId);

    /// <summary>A view of what an overlay stands on and what was written there since.</summary>
    private async Task<PlannedView> PlanAsync(
        JobOverlay overlay, Func<byte[], bool> mayWant, Func<IReadOnlyList<LayerLease>, ViewRequest> request, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var layers = job.Attempt.Services.Layers;
        using var written = job.Trees.Open(overlay, sandbox);
        var changes = await LiveChanges.StoreAsync(layers.Place, written, mayWant, cancellationToken).ConfigureAwait(false);
        var below = job.Trees.LayersOf(overlay);
        var wanted = request(changes is null ? [.. below] : [.. below, layers.Trees.Keep(changes)]); // as it is now: more may come before it is opened
        return new(layers, wanted, layers.Views.Summarize(wanted, cancellationToken));
    }

    private static GlobSet Globs(IEnumerable<string> patterns)
    {
        var (globs, problems) = GlobSet.Parse(patterns);
        return globs ?? throw new Workflows.Expressions.ExpressionException($"cache: {string.Join(' ', problems.Select(static problem => problem.Message))}");
    }
}
