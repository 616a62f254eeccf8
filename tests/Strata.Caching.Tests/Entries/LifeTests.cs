using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Caching.Life;
using Strata.Core.Identity;
using Strata.Layers.Store;

namespace Strata.Caching.Tests.Entries;

public sealed class LifeTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public LifeTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_is_not_used_for_its_time_expires_and_what_is_used_lives_on()
    {
        await _bench.SaveAsync(CacheBench.Main, "unused");
        await _bench.SaveAsync(CacheBench.Main, "used");
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "longer") with { Ttl = TimeSpan.FromDays(30) });
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "aged") with { Ttl = TimeSpan.FromDays(30), MaxAge = TimeSpan.FromDays(5) });
        for (var day = 0; day < 8; day++)
        {
            _clock.Set(TimeSpan.FromDays(1));
            await UseAsync("used");
        }

        (await SweepAsync(new())).Expired.ShouldBe(2);
        (await KeysAsync()).ShouldBe(["longer", "used"]);
        (await SweepAsync(new())).ShouldBe(new SweepReport(0, 0, 0, 0));
    }

    [Fact]
    public async Task Each_use_is_written()
    {
        var saved = _clock.GetUtcNow();
        await _bench.SaveAsync(CacheBench.Main, "k");
        foreach (var (seconds, expected) in ((int, int)[])[(59, 59), (1, 60), (-10, 60), (11, 61)])
        {
            _clock.Set(TimeSpan.FromSeconds(seconds));
            await UseAsync("k");
            (await _bench.FindAsync(CacheBench.Main, "k")).Entry!.LastUsedAt.ShouldBe(saved.AddSeconds(expected));
        }

        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "short") with { Ttl = TimeSpan.FromMinutes(8) });
        for (var i = 0; i < 10; i++)
        {
            _clock.Set(TimeSpan.FromMinutes(7));
            await UseAsync("short");
        }

        (await SweepAsync(new())).Expired.ShouldBe(0);
        _clock.Set(TimeSpan.FromMinutes(9));
        (await SweepAsync(new())).Expired.ShouldBe(1);
    }

    [Fact]
    public async Task Over_a_limit_the_longest_unused_go_first_until_there_is_room()
    {
        for (var i = 0; i < 10; i++)
        {
            await SaveAsync(CacheBench.Feature, $"{i}");
        }

        _clock.Set(TimeSpan.FromHours(2));
        await UseAsync("0", CacheBench.Feature);
        var report = await SweepAsync(new() { SizeBytesMax = 4_000 });
        (report.Evicted, report.FreedBytes).ShouldBe((3, 1_500)); // 5,000 to nine tenths of 4,000
        (await KeysAsync()).ShouldBe(["0", "4", "5", "6", "7", "8", "9"]);
        (await SweepAsync(new() { SizeBytesMax = 4_000 })).Evicted.ShouldBe(0);
        (await SweepAsync(new() { RepositoryBytesMax = 2_000 })).Evicted.ShouldBe(4);
        (await SweepAsync(new() { OrganizationBytesMax = 100 })).Evicted.ShouldBe(3);
    }

    [Fact]
    public async Task The_quota_of_one_repository_costs_no_other()
    {
        await SaveAsync(CacheBench.Main with { Repository = "small" }, "old");
        for (var i = 0; i < 5; i++)
        {
            await SaveAsync(CacheBench.Main with { Repository = "big" }, $"{i}");
        }

        await SweepAsync(new() { RepositoryBytesMax = 1_000 });
        (await KeysAsync()).ShouldBe(["4", "old"]);
    }

    [Fact]
    public async Task Thrash_of_one_job_cannot_evict_protected_entries_of_the_default_branch()
    {
        await SaveAsync(CacheBench.Main, "guarded");
        for (var i = 0; i < 40; i++)
        {
            await SaveAsync(i % 2 == 0 ? CacheBench.Feature : CacheBench.Fork, $"thrash-{i}");
            await SweepAsync(new() { SizeBytesMax = 2_000 });
            (await _bench.FindAsync(CacheBench.Main, "guarded")).Outcome.ShouldBe(LookupOutcome.Hit);
        }
    }

    [Fact]
    public async Task A_job_of_the_default_branch_that_saves_another_key_each_time_pushes_out_its_own()
    {
        await SaveAsync(CacheBench.Main, "other", "other cache");
        for (var i = 0; i < 20; i++)
        {
            await SaveAsync(CacheBench.Main, $"thrash-{i}");
            await SweepAsync(new() { SizeBytesMax = 2_000 });
        }

        (await KeysAsync()).ShouldContain("other");
    }

    [Fact]
    public async Task Pitfall_10_what_is_being_restored_outlives_its_entry()
    {
        using var store = new ScratchStore();
        var (digest, lease) = await store.WriteAsync("content");
        var commit = _bench.Commit(CacheBench.Main, "k");
        var tree = commit.Content.Paths[0].Tree! with { Layers = [digest] };
        var entry = await _bench.SaveAsync(commit with { Content = new([new("/root/.npm", tree)]), LayerBytes = new Dictionary<Core.Digest, long> { [digest] = 1 } });
        var roots = new CacheRoots(_bench.Directory);
        (await roots.ListAsync(CancellationToken.None)).ShouldContain(new LayerName(LayerOrg.Of("acme"), digest));
        await _bench.Entries.RetireAsync(entry.Id, EntryState.Evicted, "space", CancellationToken.None);
        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(new LayerName(LayerOrg.Of("acme"), digest));
        (await store.Place.RemoveAsync(digest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
        lease.Dispose();
        (await store.Place.RemoveAsync(digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
    }

    [Fact]
    public async Task Pitfall_8_an_entry_whose_layers_are_gone_is_a_miss_and_is_saved_again()
    {
        using var store = new ScratchStore();
        var entry = await _bench.SaveAsync(CacheBench.Main, "k");
        var opening = await store.Place.OpenAsync(entry.Content.Layers().Single(), CancellationToken.None);
        opening.Lease.ShouldBeNull();
        await _bench.Entries.RetireAsync(entry.Id, EntryState.Expired, "its layers are gone", CancellationToken.None);
        (await _bench.FindAsync(CacheBench.Main, "k")).Class.ShouldBe(OutcomeClass.Expired);
        (await _bench.SaveAsync(CacheBench.Main, "k")).Id.ShouldNotBe(entry.Id);
    }

    [Fact]
    public async Task Pitfall_9_a_damaged_entry_is_a_miss_and_never_comes_back()
    {
        var entry = await _bench.SaveAsync(CacheBench.Main, "k");
        await _bench.Entries.RetireAsync(entry.Id, EntryState.Quarantined, "layer damaged", CancellationToken.None);
        (await _bench.FindAsync(CacheBench.Main, "k", "k")).Class.ShouldBe(OutcomeClass.Quarantined);
        var commit = _bench.Commit(CacheBench.Main, "k2", "layer k") with { DerivedFrom = [new(Tenancy.ProductKind.CacheEntry, entry.Id)] };
        await using var lease = await _bench.AcquireAsync(commit.Draft.Producer);
        (await _bench.Entries.CommitAsync(commit, lease.Token, CancellationToken.None)).ShouldBeOfType<CacheCommitOutcome.Refused>(); // its layers are nobody's ground
    }

    [Fact]
    public async Task Pitfall_20_a_layer_that_another_entry_has_is_not_collected_with_the_first()
    {
        var first = await _bench.SaveAsync(CacheBench.Main, "1", "shared");
        await _bench.SaveAsync(CacheBench.Feature, "2", "shared");
        await _bench.Entries.RetireAsync(first.Id, EntryState.Expired, "old", CancellationToken.None);
        (await new CacheRoots(_bench.Directory).ListAsync(CancellationToken.None)).ShouldContain(new LayerName(LayerOrg.Of("acme"), CacheBench.DigestOf("shared")));
    }

    [Fact]
    public async Task Layers_of_live_entries_are_roots_of_their_organization()
    {
        await _bench.SaveAsync(CacheBench.Main, "k", "a", "b");
        var gone = await _bench.SaveAsync(CacheBench.Main, "k2", "b", "c");
        await _bench.Entries.RetireAsync(gone.Id, EntryState.Evicted, "space", CancellationToken.None);
        var roots = new CacheRoots(_bench.Directory);
        var org = LayerOrg.Of("acme");
        (await roots.ListAsync(CancellationToken.None)).Where(name => name.Org == org).Select(name => name.Digest)
            .ShouldBe([CacheBench.DigestOf("a"), CacheBench.DigestOf("b")], ignoreOrder: true);
        (await roots.ListAsync(CancellationToken.None)).ShouldContain(new LayerName(org, CacheBench.DigestOf("b")));
        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(new LayerName(org, CacheBench.DigestOf("c")));
        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(new LayerName(LayerOrg.Of("evil"), CacheBench.DigestOf("b")));
        (await new CacheRoots(Path.Combine(_bench.Directory, "none")).ListAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_out_of_use_for_a_month_is_forgotten_unless_something_stands_on_it()
    {
        var source = await _bench.SaveAsync(CacheBench.Main, "source");
        var derived = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "derived") with { DerivedFrom = [new(Tenancy.ProductKind.CacheEntry, source.Id)], Ttl = TimeSpan.FromDays(3650) });
        await _bench.RecordAsync(CacheBench.Query(CacheBench.Main, "derived"), await _bench.FindAsync(CacheBench.Main, "derived"));
        await _bench.Entries.RetireAsync(source.Id, EntryState.Evicted, "space", CancellationToken.None);
        _clock.Set(TimeSpan.FromDays(31));
        (await SweepAsync(new())).Forgotten.ShouldBe(0);
        _bench.One("SELECT count(*) FROM cache_lookup").ShouldBe("0");
        await _bench.Entries.RetireAsync(derived.Id, EntryState.Evicted, "space", CancellationToken.None);
        _clock.Set(TimeSpan.FromDays(31));
        (await SweepAsync(new())).Forgotten.ShouldBe(1);
        (await SweepAsync(new())).Forgotten.ShouldBe(1);
        foreach (var table in (string[])["cache_entry", "cache_layer", "cache_entry_layer", "derivation"])
        {
            _bench.One($"SELECT count(*) FROM {table}").ShouldBe("0", table);
        }
    }

    [Fact]
    public async Task A_clock_that_was_set_back_ends_nothing_and_one_that_jumped_ahead_is_a_miss()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        _clock.Set(-TimeSpan.FromDays(3650));
        (await _bench.FindAsync(CacheBench.Main, "k")).Outcome.ShouldBe(LookupOutcome.Hit);
        await UseAsync("k");
        (await SweepAsync(new())).Expired.ShouldBe(0);
        _clock.Set(TimeSpan.FromDays(2 * 3650));
        (await _bench.FindAsync(CacheBench.Main, "k")).Class.ShouldBe(OutcomeClass.Expired);
        await _bench.SaveAsync(CacheBench.Main, "k");
    }

    [Fact]
    public async Task A_sweep_of_a_part_takes_nothing_of_others_and_a_rehearsal_nothing_at_all()
    {
        RunIdentity[] writers = [CacheBench.Main, CacheBench.Main with { Repository = "sibling" }, CacheBench.Main with { Organization = "other" }];
        SweepPolicy[] policies = [new() { Ttl = TimeSpan.FromMinutes(1) }, new() { SizeBytesMax = 1 }, new() { OrganizationBytesMax = 1 }, new() { RepositoryBytesMax = 1 }];
        foreach (var policy in policies)
        {
            foreach (var (part, expected) in ((CachePart, int)[])[(new("acme", "app"), 1), (new("acme", null), 2), (new(null, "app"), 2), (new("none", null), 0), (CachePart.All, 3)])
            {
                foreach (var writer in writers)
                {
                    await _bench.CommitAsync(_bench.Commit(writer, "k"));
                }

                _clock.Set(TimeSpan.FromHours(2));
                var (before, audited) = (await ScopesAsync(), _bench.One("SELECT count(*) FROM audit_event"));
                var rehearsed = await _bench.Database.RehearseAsync(sql => _bench.Catalog.Sweep(sql, policy, part), CancellationToken.None);
                (await ScopesAsync()).ShouldBe(before);
                _bench.One("SELECT count(*) FROM audit_event").ShouldBe(audited);
                (rehearsed.Expired + rehearsed.Evicted, rehearsed.FreedBytes).ShouldBe((expected, expected * 500));
                (await _bench.Catalog.SweepAsync(policy, part, CancellationToken.None)).ShouldBe(rehearsed);
                (await ScopesAsync()).ShouldBe(before.Where(scope => !part.Holds(scope.Organization, scope.Repository)));
            }
        }

        _clock.Set(TimeSpan.FromDays(31));
        (await _bench.Catalog.SweepAsync(new(), new("none", null), CancellationToken.None)).Forgotten.ShouldBe(0);
        (await _bench.Catalog.SweepAsync(new(), new("other", null), CancellationToken.None)).Forgotten.ShouldBe(8);
    }

    private async Task<List<Tenancy.Scope>> ScopesAsync() => [.. (await _bench.Catalog.ListAsync(new(), CancellationToken.None)).Select(entry => entry.Scope)];

    private async Task UseAsync(string key, RunIdentity? reader = null)
    {
        var query = CacheBench.Query(reader ?? CacheBench.Main, key);
        await _bench.RecordAsync(query, await _bench.FindAsync(query));
    }

    private async Task<SweepReport> SweepAsync(SweepPolicy policy) => await _bench.Catalog.SweepAsync(policy, CachePart.All, CancellationToken.None);

    private async Task<IEnumerable<string>> KeysAsync() => (await _bench.Catalog.ListAsync(new(), CancellationToken.None)).Select(entry => entry.Key).Order(StringComparer.Ordinal);

    private async Task SaveAsync(RunIdentity writer, string key, string? name = null)
    {
        var commit = _bench.Commit(writer, key, $"layer {key} {writer.Repository}");
        await _bench.SaveAsync(commit with { Draft = commit.Draft with { Name = name ?? commit.Draft.Name } });
        _clock.Set(TimeSpan.FromSeconds(1));
    }
}
