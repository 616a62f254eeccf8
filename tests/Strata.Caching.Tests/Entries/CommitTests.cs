using Strata.Caching.Entries;
using Strata.Tenancy;

namespace Strata.Caching.Tests.Entries;

public sealed class CommitTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public CommitTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Pitfall_1_a_job_that_dies_between_begin_and_commit_leaves_nothing_stuck()
    {
        var dead = _bench.Commit(CacheBench.Main, "k");
        var deadLease = await _bench.AcquireAsync(dead.Draft.Producer);
        (await _bench.Entries.BeginAsync(dead.Draft, deadLease.Token, CancellationToken.None)).ShouldBeOfType<CacheBegin.Begun>();
        var next = _bench.Commit(CacheBench.Main, "k");
        await using var lease = await _bench.AcquireAsync(next.Draft.Producer);
        (await _bench.Entries.BeginAsync(next.Draft, lease.Token, CancellationToken.None)).ShouldBeOfType<CacheBegin.Begun>();
        (await _bench.CommitAsync(next, lease)).ShouldBeOfType<CacheCommitOutcome.Committed>();
        await deadLease.DisposeAsync();
    }

    [Fact]
    public async Task Pitfall_2_begin_and_commit_may_be_told_again_and_come_out_the_same()
    {
        var commit = _bench.Commit(CacheBench.Main, "k");
        await using var lease = await _bench.AcquireAsync(commit.Draft.Producer);
        for (var i = 0; i < 3; i++)
        {
            (await _bench.Entries.BeginAsync(commit.Draft, lease.Token, CancellationToken.None)).ShouldBeOfType<CacheBegin.Begun>();
        }

        var first = (await _bench.CommitAsync(commit, lease)).ShouldBeOfType<CacheCommitOutcome.Committed>().Entry;
        var again = (await _bench.CommitAsync(commit, lease)).ShouldBeOfType<CacheCommitOutcome.Committed>().Entry;
        again.Id.ShouldBe(first.Id);
        (await _bench.Catalog.ListAsync(new() { WithRetired = true }, CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Pitfall_3_the_loser_of_a_race_is_told_who_won_and_whether_it_differs()
    {
        var winner = await _bench.SaveAsync(CacheBench.Main, "k", "one");
        var same = (await _bench.CommitAsync(_bench.Commit(CacheBench.Main, "k", "one"))).ShouldBeOfType<CacheCommitOutcome.LostRace>();
        (same.Winner.Id, same.Winner.Producer.RunId, same.Differs).ShouldBe((winner.Id, "run-1", false));
        (await _bench.CommitAsync(_bench.Commit(CacheBench.Main, "k", "two"))).ShouldBeOfType<CacheCommitOutcome.LostRace>().Differs.ShouldBeTrue();
        (await _bench.FindAsync(CacheBench.Main, "k")).Entry!.Id.ShouldBe(winner.Id);
    }

    [Fact]
    public async Task Begin_says_that_the_key_is_saved_only_of_the_own_scope()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        (await BeginAsync(_bench.Commit(CacheBench.Main, "k"))).ShouldBeOfType<CacheBegin.Exists>();
        (await BeginAsync(_bench.Commit(CacheBench.Feature, "k"))).ShouldBeOfType<CacheBegin.Begun>();
        (await BeginAsync(_bench.Commit(CacheBench.Fork, "k"))).ShouldBeOfType<CacheBegin.Begun>();

        async Task<CacheBegin> BeginAsync(CacheCommit commit)
        {
            await using var lease = await _bench.AcquireAsync(commit.Draft.Producer);
            return await _bench.Entries.BeginAsync(commit.Draft, lease.Token, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(EntryState.Evicted)]
    [InlineData(EntryState.Expired)]
    [InlineData(EntryState.Quarantined)]
    public async Task What_left_live_stays_out_and_is_saved_again_as_another_entry(EntryState state)
    {
        var first = await _bench.SaveAsync(CacheBench.Main, "k");
        (await _bench.Entries.RetireAsync(first.Id, state, "test", CancellationToken.None)).ShouldBeTrue();
        (await _bench.Entries.RetireAsync(first.Id, EntryState.Evicted, "again", CancellationToken.None)).ShouldBeFalse();
        (await _bench.FindAsync(CacheBench.Main, "k", "k")).Entry.ShouldBeNull();
        var second = await _bench.SaveAsync(CacheBench.Main, "k");
        second.Id.ShouldNotBe(first.Id);
        (await _bench.FindAsync(CacheBench.Main, "k")).Entry!.Id.ShouldBe(second.Id);
        var gone = (await _bench.Catalog.FindAsync(first.Id, CancellationToken.None))!;
        (gone.State, gone.RetiredReason, gone.RetiredAt).ShouldBe((state, "test", _clock.GetUtcNow()));
        await Should.ThrowAsync<ArgumentException>(async () => await _bench.Entries.RetireAsync(first.Id, EntryState.Live, "back", CancellationToken.None));
    }

    [Fact]
    public async Task A_key_that_is_too_old_but_not_yet_swept_is_saved_again()
    {
        var first = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "k") with { MaxAge = TimeSpan.FromHours(1) });
        _clock.Set(TimeSpan.FromHours(2));
        (await _bench.SaveAsync(CacheBench.Main, "k")).Id.ShouldNotBe(first.Id);
        (await _bench.Catalog.FindAsync(first.Id, CancellationToken.None))!.State.ShouldBe(EntryState.Expired);
    }

    [Fact]
    public async Task Pitfall_29_an_attempt_that_lost_its_lease_publishes_nothing()
    {
        var commit = _bench.Commit(CacheBench.Main, "k");
        var lease = await _bench.AcquireAsync(commit.Draft.Producer);
        await lease.DisposeAsync();
        (await _bench.CommitAsync(commit, lease)).ShouldBeOfType<CacheCommitOutcome.LeaseLost>();
        (await _bench.Entries.BeginAsync(commit.Draft, lease.Token, CancellationToken.None)).ShouldBeOfType<CacheBegin.LeaseLost>();
        (await _bench.FindAsync(CacheBench.Main, "k")).Entry.ShouldBeNull();
        await using var other = await _bench.AcquireAsync(new("run-x", "build", 1));
        (await _bench.CommitAsync(commit, other)).ShouldBeOfType<CacheCommitOutcome.Refused>(); // another attempt's
    }

    [Fact]
    public async Task Pitfall_12_nothing_is_not_saved_as_a_cache()
    {
        var commit = _bench.Commit(CacheBench.Main, "k");
        (await _bench.CommitAsync(commit with { Content = new([new("/root/.npm", null)]) })).ShouldBeOfType<CacheCommitOutcome.Refused>();
        (await _bench.CommitAsync(commit with { Content = new([]) })).ShouldBeOfType<CacheCommitOutcome.Refused>();
        (await _bench.CommitAsync(commit with { Content = new([commit.Content.Paths[0] with { Tree = commit.Content.Paths[0].Tree! with { Files = 0 } }]) })).ShouldBeOfType<CacheCommitOutcome.Refused>();
        (await _bench.CommitAsync(commit with { Draft = commit.Draft with { Kind = EntryKind.Step }, Content = new([]), Effects = "{}" })).ShouldBeOfType<CacheCommitOutcome.Committed>();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public async Task A_key_that_cannot_be_one_is_refused(string key) =>
        (await _bench.CommitAsync(_bench.Commit(CacheBench.Main, "k") is var commit ? commit with { Draft = commit.Draft with { Key = key } } : commit))
            .ShouldBeOfType<CacheCommitOutcome.Refused>();

    [Fact]
    public async Task A_layer_of_which_one_only_knows_the_digest_is_refused_as_one_that_does_not_exist()
    {
        await _bench.SaveAsync(CacheBench.On("refs/heads/secret", Core.Identity.Trust.Internal), "private", "known");
        await _bench.SaveAsync(CacheBench.Main with { Repository = "other" }, "private", "foreign");
        foreach (var writer in (Core.Identity.RunIdentity[])[CacheBench.Main, CacheBench.Feature, CacheBench.Fork])
        {
            foreach (var layer in (string[])["known", "foreign", "absent"])
            {
                var commit = _bench.Commit(writer, "stolen", layer);
                await using var lease = await _bench.AcquireAsync(commit.Draft.Producer);
                (await _bench.Entries.CommitAsync(commit, lease.Token, CancellationToken.None)).ShouldBeOfType<CacheCommitOutcome.Refused>()
                    .Reason.ShouldBe($"layer {CacheBench.DigestOf(layer)} is not stored");
            }
        }
    }

    [Fact]
    public async Task A_layer_of_a_readable_entry_needs_not_be_stored_again()
    {
        var entry = await _bench.SaveAsync(CacheBench.Main, "k", "base");
        (await _bench.Entries.ReadableLayersAsync(CacheBench.Feature, [CacheBench.DigestOf("base"), CacheBench.DigestOf("x")], CancellationToken.None))
            .ShouldBe([CacheBench.DigestOf("base")]);
        (await CommitOnAsync("k2")).ShouldBeOfType<CacheCommitOutcome.Committed>();
        await _bench.Entries.RetireAsync(entry.Id, EntryState.Evicted, "space", CancellationToken.None);
        (await CommitOnAsync("k3", entry.Id)).ShouldBeOfType<CacheCommitOutcome.Committed>(); // it was restored and is held

        async Task<CacheCommitOutcome> CommitOnAsync(string key, params long[] restored)
        {
            var commit = _bench.Commit(CacheBench.Feature, key, "base") with { DerivedFrom = [.. restored.Select(id => new Product(ProductKind.CacheEntry, id))] };
            await using var lease = await _bench.AcquireAsync(commit.Draft.Producer);
            return await _bench.Entries.CommitAsync(commit, lease.Token, CancellationToken.None);
        }
    }

    [Fact]
    public async Task What_stands_on_what_is_not_shareable_is_not_shareable()
    {
        var secret = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "secret") with { Shareable = false });
        var derived = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "derived") with { DerivedFrom = [new(ProductKind.CacheEntry, secret.Id)] });
        derived.Shareable.ShouldBeFalse();
        (await _bench.FindAsync(CacheBench.Fork, "derived")).Outcome.ShouldBe(LookupOutcome.Miss);
    }

    [Fact]
    public async Task Of_sixteen_writers_one_wins_and_the_others_are_told()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            using var bench = new CacheBench(_clock, _bench.Directory);
            var commit = bench.Commit(CacheBench.Main, "k", $"layer {i}");
            commit = commit with { Draft = commit.Draft with { Producer = new($"run-{i}", "build", 1) } };
            return await Task.Run(() => bench.CommitAsync(commit));
        }));
        var winner = outcomes.OfType<CacheCommitOutcome.Committed>().ShouldHaveSingleItem().Entry;
        outcomes.OfType<CacheCommitOutcome.LostRace>().Count(lost => lost.Winner.Id == winner.Id && lost.Differs).ShouldBe(15);
        _bench.One("SELECT entries || ' ' || size_bytes FROM cache_repo").ShouldBe("1 500");
    }

    [Fact]
    public async Task A_layer_of_many_entries_counts_once()
    {
        var one = await _bench.SaveAsync(CacheBench.Main, "1", "base", "a");
        var two = await _bench.SaveAsync(CacheBench.Main, "2", "base", "b");
        (await SizeAsync()).ShouldBe((2, 1_500));
        await _bench.Entries.RetireAsync(one.Id, EntryState.Evicted, "test", CancellationToken.None);
        (await SizeAsync()).ShouldBe((1, 1_000));
        await _bench.Entries.RetireAsync(two.Id, EntryState.Evicted, "test", CancellationToken.None);
        (await SizeAsync()).ShouldBe((0, 0));

        async Task<(long, long)> SizeAsync() => await _bench.Catalog.CountAsync(CancellationToken.None) is var counts ? (counts.Entries, counts.SizeBytes) : default;
    }
}
