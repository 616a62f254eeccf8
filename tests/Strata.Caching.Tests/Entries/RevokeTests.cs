using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Caching.Revoking;
using Strata.Core.Identity;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Tests.Entries;

public sealed class RevokeTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public RevokeTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Everything_that_stands_on_what_a_run_made_goes_at_any_depth()
    {
        var bad = await SaveAsync("bad", "run-bad");
        var own = await SaveAsync("own", "run-bad");
        var child = await SaveAsync("child", "run-child", bad);
        var grandchild = await SaveAsync("grandchild", "run-grandchild", child, own);
        var good = await SaveAsync("good", "run-good");
        var report = await RevokeAsync("run-bad");
        report.Products.Select(product => product.Product.Id).ShouldBe([bad.Id, own.Id, child.Id, grandchild.Id]);
        report.Runs.ShouldBe(["run-bad", "run-child", "run-grandchild"]);
        foreach (var key in (string[])["bad", "own", "child", "grandchild"])
        {
            (await _bench.FindAsync(CacheBench.Main, key)).Class.ShouldBe(OutcomeClass.Revoked);
        }

        (await _bench.FindAsync(CacheBench.Main, "good")).Entry!.Id.ShouldBe(good.Id);
        (await Revocations.SettleAsync(CancellationToken.None)).ShouldBe(4);
        (await _bench.FindAsync(CacheBench.Main, "child")).Class.ShouldBe(OutcomeClass.Revoked);
        (await _bench.Catalog.CountAsync(CancellationToken.None) is var counts ? (counts.Entries, counts.SizeBytes) : default).ShouldBe((1, 500));
        var again = await RevokeAsync("run-bad");
        (again.WasRevoked, again.Products.Count).ShouldBe((true, 4));
    }

    [Fact]
    public async Task What_is_gone_already_passes_its_taint_on()
    {
        var bad = await SaveAsync("bad", "run-bad");
        var middle = await SaveAsync("middle", "run-middle", bad);
        var last = await SaveAsync("last", "run-last", middle);
        await _bench.Entries.RetireAsync(middle.Id, EntryState.Evicted, "space", CancellationToken.None);
        _clock.Set(TimeSpan.FromDays(40));
        await _bench.Catalog.SweepAsync(new() { Ttl = TimeSpan.FromDays(365) }, CachePart.All, CancellationToken.None);
        var report = await RevokeAsync("run-bad");
        report.Products.Single(product => product.Product.Id == middle.Id).WasLive.ShouldBeFalse();
        report.Products.Single(product => product.Product.Id == last.Id).WasLive.ShouldBeTrue();
    }

    [Fact]
    public async Task A_revoked_run_and_what_stands_on_it_publish_nothing_more()
    {
        var bad = await SaveAsync("bad", "run-bad");
        await RevokeAsync("run-bad");
        foreach (var commit in (CacheCommit[])[Of("new", "run-bad"), Of("new", "run-other", bad)])
        {
            (await _bench.CommitAsync(commit)).ShouldBeOfType<CacheCommitOutcome.Refused>().Reason.ShouldContain("revoked");
        }

        (await _bench.SaveAsync(Of("bad", "run-other"))).Id.ShouldNotBe(bad.Id); // made anew
    }

    [Fact]
    public async Task A_run_that_made_nothing_is_revoked_before_it_makes_something()
    {
        (await RevokeAsync("run-later")).Products.ShouldBeEmpty();
        (await _bench.CommitAsync(Of("k", "run-later"))).ShouldBeOfType<CacheCommitOutcome.Refused>();
    }

    [Fact]
    public async Task Other_kinds_are_asked_for_theirs_and_carry_the_taint_between()
    {
        var other = new OtherKind();
        var layer = new Product(ProductKind.ImageLayer, 77);
        var bad = await SaveAsync("bad", "run-bad");
        await _bench.Database.WriteAsync(
            sql =>
            {
                Derivations.Add(sql, layer, [new(ProductKind.CacheEntry, bad.Id)]);
                return true;
            },
            CancellationToken.None);
        var child = await _bench.SaveAsync(Of("child", "run-child") with { DerivedFrom = [layer] });
        var revocations = new Revocations(_bench.Database, _clock, [new CacheRevocable(), other]);
        await revocations.RevokeAsync("run-bad", "acme", "app", "user", CancellationToken.None);
        (await _bench.FindAsync(CacheBench.Main, "child")).Class.ShouldBe(OutcomeClass.Revoked); // at once
        await revocations.SettleAsync(CancellationToken.None);
        other.Retired.ShouldBe([77]);
        (await _bench.Catalog.FindAsync(child.Id, CancellationToken.None))!.State.ShouldBe(EntryState.Revoked);
    }

    [Fact]
    public async Task Who_only_restored_it_is_told_too()
    {
        var bad = await SaveAsync("bad", "run-bad");
        await SaveAsync("child", "run-child", bad);
        await RecordAsync("bad", UsePurpose.Restore, "run-restored");
        await RecordAsync("child", UsePurpose.Restore, "run-restored-later");
        await RecordAsync("child", UsePurpose.Restore, "run-child");
        await RecordAsync("bad", UsePurpose.Look, "run-looked");
        await RecordAsync("bad", UsePurpose.Save, "run-saved");
        var report = await RevokeAsync("run-bad");
        report.Runs.ShouldBe(["run-bad", "run-child"]);
        report.Readers.ShouldBe(["run-restored", "run-restored-later"]);
        (await RevokeAsync("run-bad")).Readers.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_revoked_is_audited()
    {
        await SaveAsync("bad", "run-bad");
        await RevokeAsync("run-bad");
        _bench.One("SELECT actor || ' ' || subject || ' ' || detail FROM audit_event WHERE action = 'run.revoke'").ShouldBe("user run/run-bad 1 products");
        AuditCheck.Run(_bench.Database, CancellationToken.None).Broken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Ever_so_many_entries_are_hidden_in_one_transaction_and_settled_in_small_ones()
    {
        var count = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 100_000 : 5_000;
        await BulkEntries.AddAsync(_bench, count, derivedFromFirst: true);
        (await RevokeAsync("bulk-0")).Products.Count.ShouldBe(count);
        (await _bench.Catalog.ListAsync(new(), CancellationToken.None)).ShouldBeEmpty();
        (await _bench.FindAsync(CacheBench.Main, "none", "bulk-")).Entry.ShouldBeNull();
        (await Revocations.SettleAsync(CancellationToken.None)).ShouldBe(count);
        (await Revocations.SettleAsync(CancellationToken.None)).ShouldBe(0);
        (await _bench.Catalog.CountAsync(CancellationToken.None)).Entries.ShouldBe(0);
        _bench.One("SELECT count(*) FROM cache_entry WHERE state = 'live'").ShouldBe("0");
        _bench.One("SELECT entries || ' ' || size_bytes FROM cache_repo").ShouldBe("0 0");
        _bench.One("SELECT count(*) FROM cache_layer WHERE entries <> 0").ShouldBe("0");
    }

    private CacheCommit Of(string key, string run, params CacheEntry[] sources)
    {
        var commit = _bench.Commit(CacheBench.Main, key);
        return commit with
        {
            Draft = commit.Draft with { Producer = new(run, key, 1) }, DerivedFrom = [.. sources.Select(source => new Product(ProductKind.CacheEntry, source.Id))], Ttl = TimeSpan.FromDays(365),
        };
    }

    private async Task<CacheEntry> SaveAsync(string key, string run, params CacheEntry[] sources) => await _bench.SaveAsync(Of(key, run, sources));

    private async Task RecordAsync(string key, UsePurpose purpose, string run)
    {
        var query = CacheBench.Query(CacheBench.Main, key) with { RunId = run };
        var use = new CacheUse { Query = query, Lookup = await _bench.FindAsync(query), Purpose = purpose };
        await _bench.Entries.RecordAsync(new() { Identity = CacheBench.Main, Producer = new(run, "test", 1), Uses = [use] }, CancellationToken.None);
    }

    private Revocations Revocations => new(_bench.Database, _clock, [new CacheRevocable()]);

    private async Task<RevocationReport> RevokeAsync(string run) => await Revocations.RevokeAsync(run, "acme", "app", "user", CancellationToken.None);

    private sealed class OtherKind : IRevocable
    {
        public ProductKind Kind => ProductKind.ImageLayer;

        public List<long> Retired { get; } = [];

        public void AddProductsOfRun(Metadata.SqlSession sql, long revocation, string runId)
        {
        }

        public AuditEvent? Retire(Metadata.SqlSession sql, long id, string reason, DateTimeOffset now)
        {
            Retired.Add(id);
            return null;
        }

        public IReadOnlyList<RevokedProduct> List(Metadata.SqlSession sql, long revocation) => [];
    }
}
