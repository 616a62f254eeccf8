using Strata.Caching.Entries;
using Strata.Caching.Revoking;
using Strata.Core.Identity;
using Strata.Metadata.Leases;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Tests.Entries;

/// <summary>What should be, beside what is.</summary>
internal sealed class ModelWorld(CacheBench[] benches, ManualClock clock, CommitModelTests.Planted planted)
{
    private static readonly RunIdentity[] Writers = [CacheBench.Main, CacheBench.Feature, CacheBench.Fork];

    private readonly List<Attempt> _attempts = [];
    private readonly List<Saved> _saved = [];
    private readonly HashSet<string> _revokedRuns = [];

    public async Task DoAsync(CommitModelTests.Step step)
    {
        var bench = benches[step.Connection];
        switch (step.Does)
        {
            case CommitModelTests.Does.Begin:
                await BeginAsync(bench, step);
                break;
            case CommitModelTests.Does.Commit:
                await CommitAsync(bench, await StartAsync(bench, step));
                break;
            case CommitModelTests.Does.CommitAgain when _attempts.Count > 0:
                await CommitAsync(bench, _attempts[step.Number % _attempts.Count]);
                break;
            case CommitModelTests.Does.LoseLease when _attempts.Count > 0:
                var attempt = _attempts[step.Number % _attempts.Count];
                await attempt.Lease.DisposeAsync();
                attempt.IsHeld = planted is CommitModelTests.Planted.CommitsWithoutLease;
                break;
            case CommitModelTests.Does.Retire when _saved.Count > 0:
                var saved = _saved[step.Number % _saved.Count];
                var wasLive = await bench.Entries.RetireAsync(saved.Id, EntryState.Quarantined, "test", default);
                wasLive.ShouldBe(saved.IsLive || (wasLive && saved.IsRevoked)); // whose row may not say so yet
                saved.IsLive = saved.IsLive && planted is CommitModelTests.Planted.ForgetsToRetire;
                break;
            case CommitModelTests.Does.Revoke when _saved.Count > 0 && step.Number > 12:
                await RevokeAsync(bench, _saved[step.Number % _saved.Count].Commit.Draft.Producer.RunId);
                break;
            case CommitModelTests.Does.PassDays:
                clock.Set(TimeSpan.FromHours(step.Number));
                break;
            case CommitModelTests.Does.Sweep:
                await new Revocations(bench.Database, clock, [new CacheRevocable()]).SettleAsync(default);
                (await bench.Catalog.SweepAsync(new(), CachePart.All, default)).Expired.ShouldBe(_saved.Count(entry => entry.IsLive && IsExpired(entry)));
                _saved.ForEach(entry => entry.IsLive &= !IsExpired(entry));
                break;
            default:
                await FindAsync(bench, step);
                break;
        }
    }

    public async Task EndAsync()
    {
        var live = await benches[0].Catalog.ListAsync(new(), default);
        live.Select(entry => entry.Id).ShouldBe(_saved.Where(entry => entry.IsLive).Select(entry => entry.Id), ignoreOrder: true);
        await new Revocations(benches[0].Database, clock, [new CacheRevocable()]).SettleAsync(default);
        var counts = await benches[0].Catalog.CountAsync(default);
        counts.Entries.ShouldBe(live.Count);
        counts.SizeBytes.ShouldBe(500 * live.SelectMany(entry => entry.Content.Layers()).Distinct().Count());
        foreach (var attempt in _attempts)
        {
            await attempt.Lease.DisposeAsync();
        }
    }

    private async Task<Attempt> StartAsync(CacheBench bench, CommitModelTests.Step step)
    {
        var writer = Writers[step.Writer];
        var sources = step.Number % 3 == 0 ? _saved.Where(saved => IsVisible(saved, writer)).TakeLast(2).ToList() : [];
        var commit = bench.Commit(writer, $"k{step.Key}", $"shared {step.Number % 2}", $"layer {_attempts.Count}");
        commit = commit with
        {
            Draft = commit.Draft with { Producer = new($"run-{_attempts.Count}", "build", 1) }, DerivedFrom = [.. sources.Select(saved => new Product(ProductKind.CacheEntry, saved.Id))],
        };
        var attempt = new Attempt(commit, await bench.AcquireAsync(commit.Draft.Producer), sources, clock.GetUtcNow());
        _attempts.ForEach(other => other.IsHeld &= attempt.At - other.At <= TimeSpan.FromDays(1) + TimeSpan.FromSeconds(60)); // what the dead left is removed
        _attempts.Add(attempt);
        return attempt;
    }

    private async Task BeginAsync(CacheBench bench, CommitModelTests.Step step)
    {
        var attempt = await StartAsync(bench, step);
        var begun = await bench.Entries.BeginAsync(attempt.Commit.Draft, attempt.Lease.Token, default);
        (begun is CacheBegin.Exists).ShouldBe(LiveOf(attempt.Commit) is { } live && !IsExpired(live));
    }

    private async Task CommitAsync(CacheBench bench, Attempt attempt)
    {
        var outcome = await bench.CommitAsync(attempt.Commit, attempt.Lease);
        var producer = attempt.Commit.Draft.Producer;
        if (!attempt.IsHeld)
        {
            outcome.ShouldBeOfType<CacheCommitOutcome.LeaseLost>();
        }
        else if (_revokedRuns.Contains(producer.RunId) || attempt.Sources.Exists(source => source.IsRevoked))
        {
            outcome.ShouldBeOfType<CacheCommitOutcome.Refused>();
        }
        else if (LiveOf(attempt.Commit) is { } winner && !IsExpired(winner) && planted is not CommitModelTests.Planted.SecondWins)
        {
            (outcome switch
            {
                CacheCommitOutcome.Committed again when winner.Commit.Draft.Producer == producer => again.Entry.Id,
                CacheCommitOutcome.LostRace lost when winner.Commit.Draft.Producer != producer => lost.Winner.Id,
                _ => -1,
            }).ShouldBe(winner.Id);
        }
        else
        {
            var entry = outcome.ShouldBeOfType<CacheCommitOutcome.Committed>().Entry;
            if (LiveOf(attempt.Commit) is { } expired)
            {
                expired.IsLive = false;
            }

            _saved.Add(new(entry.Id, attempt.Commit, attempt.Sources, clock.GetUtcNow()));
        }
    }

    private async Task RevokeAsync(CacheBench bench, string run)
    {
        await new Revocations(bench.Database, clock, [new CacheRevocable()]).RevokeAsync(run, "acme", "app", "test", default);
        _revokedRuns.Add(run);
        for (var found = true; found;)
        {
            found = false;
            foreach (var saved in _saved.Where(saved => !saved.IsRevoked))
            {
                var isTainted = planted is not CommitModelTests.Planted.MissesTaint && saved.Sources.Exists(source => source.IsRevoked);
                if (saved.Commit.Draft.Producer.RunId == run || isTainted)
                {
                    (saved.IsRevoked, saved.IsLive, found) = (true, false, true);
                }
            }
        }
    }

    private async Task FindAsync(CacheBench bench, CommitModelTests.Step step)
    {
        var reader = Writers[step.Writer];
        var expected = _saved.Where(saved => saved.IsLive && !IsExpired(saved) && saved.Commit.Draft.Key == $"k{step.Key}" && IsVisible(saved, reader))
            .OrderBy(saved => Visibility.Nearness(reader, Scope.Of(saved.Commit.Draft.Writer), true) ?? 9).ThenByDescending(saved => saved.Id).FirstOrDefault();
        ((await bench.FindAsync(reader, $"k{step.Key}")).Entry?.Id ?? -1).ShouldBe(expected?.Id ?? -1);
        var partial = await bench.FindAsync(reader, "none", "k");
        (partial.Entry is not null).ShouldBe(_saved.Exists(saved => saved.IsLive && !IsExpired(saved) && IsVisible(saved, reader)));
    }

    private Saved? LiveOf(CacheCommit commit) =>
        _saved.SingleOrDefault(saved => saved.IsLive && saved.Commit.Draft.Key == commit.Draft.Key && Scope.Of(saved.Commit.Draft.Writer) == Scope.Of(commit.Draft.Writer));

    private bool IsVisible(Saved saved, RunIdentity reader) =>
        planted is CommitModelTests.Planted.ReadsWithoutScope || Visibility.Nearness(reader, Scope.Of(saved.Commit.Draft.Writer), true) is not null;

    private bool IsExpired(Saved saved) => clock.GetUtcNow() - saved.At > TimeSpan.FromDays(7);

    private sealed class Attempt(CacheCommit commit, Lease lease, List<Saved> sources, DateTimeOffset at)
    {
        public CacheCommit Commit { get; } = commit;

        public Lease Lease { get; } = lease;

        public List<Saved> Sources { get; } = sources;

        public DateTimeOffset At { get; } = at;

        public bool IsHeld { get; set; } = true;
    }

    private sealed class Saved(long id, CacheCommit commit, List<Saved> sources, DateTimeOffset at)
    {
        public long Id { get; } = id;

        public CacheCommit Commit { get; } = commit;

        public List<Saved> Sources { get; } = sources;

        public DateTimeOffset At { get; } = at;

        public bool IsLive { get; set; } = true;

        public bool IsRevoked { get; set; }
    }
}
