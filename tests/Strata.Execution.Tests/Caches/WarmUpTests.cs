using Strata.Core;
using Strata.Execution.Caches;
using Strata.Execution.Tests.Fakes;
using Strata.Layers.Store;
using Strata.Storage;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Caches;

/// <summary>What saving needs is made ready while the steps run, where something may be saved.</summary>
public sealed class WarmUpTests
{
    [Fact]
    public async Task It_ends_when_saving_begins()
    {
        var warmUps = await SavedAsync(SessionBench.Spec("one") with { Save = CacheSave.Never }, SessionBench.Spec("two"));

        warmUps.ShouldBe([TaskStatus.Canceled]);
    }

    [Fact]
    public async Task Where_nothing_will_be_saved_the_store_is_not_asked()
    {
        var warmUps = await SavedAsync(SessionBench.Spec("one") with { Save = CacheSave.Never }, SessionBench.Spec("two") with { LookupOnly = true });

        warmUps.ShouldBeEmpty();
    }

    /// <summary>What became of warm-ups until all was saved, which is nothing here.</summary>
    private static async Task<IReadOnlyList<TaskStatus>> SavedAsync(params CacheSpec[] specs)
    {
        var uploads = new EndlessWarmUp();
        using var run = new RunFixture();
        await using var bench = await SessionBench.CreateAsync(run, services => services with { Uploads = uploads });
        await bench.Session.RestoreAsync(specs, CancellationToken.None);
        await bench.Session.SaveAsync([], true, TimeSpan.Zero, sandbox: null, CancellationToken.None);
        return [.. uploads.WarmUps.Select(static one => one.Status)]; // before the session is disposed
    }

    private sealed class EndlessWarmUp : ILayerUploads
    {
        public List<Task> WarmUps { get; } = [];

        public Task WarmUpAsync(CancellationToken cancellationToken)
        {
            WarmUps.Add(Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
            return WarmUps[^1];
        }

        public ValueTask<UploadedLayers> EnsureAsync(IReadOnlyList<LayerLease> layers, StoreContext context, CancellationToken cancellationToken) => new(UploadedLayers.Nothing);

        public ValueTask<string?> CheckAsync(IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken) => new((string?)null);
    }
}
