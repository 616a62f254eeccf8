using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Tests.Entries;

public sealed class RefutationTests : IDisposable
{
    private readonly CacheBench _bench = new(new ManualClock());

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_refuted_key_is_neither_found_nor_saved_in_any_scope_that_sees_it()
    {
        var entry = await SaveAsync(CacheBench.Main, "key");
        await SaveAsync(CacheBench.Feature, "key");
        await SaveAsync(CacheBench.Main, "other");

        await RefuteAsync(entry);

        foreach (var reader in (RunIdentity[])[CacheBench.Main, CacheBench.Feature])
        {
            var lookup = await FindAsync(reader, "key");
            lookup.Class.ShouldBe(OutcomeClass.Quarantined);
            lookup.Reason.ShouldContain("a proof failed in run prover: dist/a");
        }

        (await FindAsync(CacheBench.Main, "other")).Outcome.ShouldBe(LookupOutcome.Hit);
        (await _bench.CommitAsync(Commit(CacheBench.Main, "key"))).ShouldBeOfType<CacheCommitOutcome.Refused>().Reason.ShouldContain("quarantine");
    }

    [Fact]
    public async Task What_a_lower_scope_refutes_of_its_own_says_nothing_higher_up()
    {
        var high = await SaveAsync(CacheBench.Main, "key");
        var low = await SaveAsync(CacheBench.Fork, "key");

        await RefuteAsync(low);

        (await FindAsync(CacheBench.Main, "key")).Entry!.Id.ShouldBe(high.Id);
    }

    [Fact]
    public async Task What_stands_on_it_goes_at_any_depth_and_of_other_kinds_is_named()
    {
        var bad = await SaveAsync(CacheBench.Main, "bad");
        var child = await SaveAsync(CacheBench.Main, "child", new Product(ProductKind.CacheEntry, bad.Id));
        var grandchild = await SaveAsync(CacheBench.Main, "grandchild", new Product(ProductKind.CacheEntry, child.Id));
        var bystander = await SaveAsync(CacheBench.Main, "bystander");
        await _bench.Database.WriteAsync(sql =>
        {
            Tenancy.Revoking.Derivations.Add(sql, new(ProductKind.Artifact, 5), [new(ProductKind.CacheEntry, grandchild.Id)]);
            return true;
        }, CancellationToken.None);

        var report = (await RefuteAsync(bad))!;

        report.Entries.ShouldBe([child.Id, grandchild.Id]);
        report.Marked.ShouldBe([new Product(ProductKind.Artifact, 5)]);
        report.Runs.Count.ShouldBe(2);
        (await FindAsync(CacheBench.Main, "grandchild")).Class.ShouldBe(OutcomeClass.Quarantined);
        (await FindAsync(CacheBench.Main, "bystander")).Entry!.Id.ShouldBe(bystander.Id);
        _bench.One($"SELECT group_concat(action || ' ' || subject, ';') FROM audit_event WHERE action LIKE '%.doubt'").ShouldBe($"run.doubt run/{bad.Producer.RunId};product.doubt Artifact/5");
    }

    [Fact]
    public async Task What_stood_on_it_can_be_saved_anew_but_nothing_on_itself()
    {
        var bad = await SaveAsync(CacheBench.Main, "bad");
        await SaveAsync(CacheBench.Main, "child", new Product(ProductKind.CacheEntry, bad.Id));
        await RefuteAsync(bad);

        (await _bench.CommitAsync(Commit(CacheBench.Main, "late") with { DerivedFrom = [new(ProductKind.CacheEntry, bad.Id)] }))
            .ShouldBeOfType<CacheCommitOutcome.Refused>().Reason.ShouldContain("a proof failed");
        await SaveAsync(CacheBench.Main, "child");
        (await FindAsync(CacheBench.Main, "child")).Outcome.ShouldBe(LookupOutcome.Hit);
    }

    [Fact]
    public async Task What_is_made_of_an_artifact_that_stands_on_it_is_not_saved_either()
    {
        var (bad, good) = (await SaveAsync(CacheBench.Main, "bad"), await SaveAsync(CacheBench.Main, "good"));
        var (stained, repacked, clean) = (new Product(ProductKind.Artifact, 5), new Product(ProductKind.Artifact, 6), new Product(ProductKind.Artifact, 7));
        await _bench.Database.WriteAsync(sql =>
        {
            Tenancy.Revoking.Derivations.Add(sql, stained, [new(ProductKind.CacheEntry, bad.Id)]);
            Tenancy.Revoking.Derivations.Add(sql, repacked, [stained]);
            Tenancy.Revoking.Derivations.Add(sql, clean, [new(ProductKind.CacheEntry, good.Id)]);
            return true;
        }, CancellationToken.None);
        await SaveAsync(CacheBench.Main, "before", repacked);
        await RefuteAsync(bad);

        foreach (var artifact in (Product[])[stained, repacked])
        {
            (await _bench.CommitAsync(Commit(CacheBench.Main, $"of {artifact.Id}") with { DerivedFrom = [artifact] })).ShouldBeOfType<CacheCommitOutcome.Refused>().Reason
                .ShouldStartWith($"it stands on Artifact {artifact.Id}, and that on cache entry {bad.Id}: a proof failed");
        }

        await SaveAsync(CacheBench.Main, "of clean", clean);
    }

    [Fact]
    public async Task Who_is_second_to_refute_changes_nothing()
    {
        var entry = await SaveAsync(CacheBench.Main, "key");
        (await RefuteAsync(entry)).ShouldNotBeNull();
        (await RefuteAsync(entry)).ShouldBeNull();
    }

    [Fact]
    public async Task Proofs_are_counted_apart_from_look_ups()
    {
        var entry = await SaveAsync(CacheBench.Main, "key");
        var query = CacheBench.Query(CacheBench.Main, "key") with { Kind = EntryKind.Step, Name = "compile", Type = "step" };
        var use = new CacheUse { Query = query, Lookup = await _bench.FindAsync(query) };
        for (var run = 0; run < 3; run++)
        {
            await _bench.Entries.RecordAsync(
                new() { Identity = CacheBench.Main, Producer = new($"run-{run}", "job", 1), Uses = [use], Proofs = [new("compile", run == 2), new("lint", false)] }, CancellationToken.None);
        }

        var counts = await _bench.Catalog.CountAsync(CancellationToken.None);
        counts.Counts.ShouldHaveSingleItem().Hits.ShouldBe(3);
        counts.Proofs.Select(static proof => (proof.Name, proof.Sampled, proof.Differing)).ShouldBe([("compile", 3L, 1L), ("lint", 3L, 0L)]);
        entry.State.ShouldBe(EntryState.Live);
    }

    private Task<RefutationReport?> RefuteAsync(CacheEntry entry) =>
        _bench.Entries.RefuteAsync(entry.Id, new("prover", "job", 1), "dist/a", CancellationToken.None).AsTask();

    private async Task<CacheEntry> SaveAsync(RunIdentity writer, string key, params Product[] sources) => await _bench.SaveAsync(Commit(writer, key) with { DerivedFrom = sources });

    private CacheCommit Commit(RunIdentity writer, string key)
    {
        var commit = _bench.Commit(writer, key);
        return commit with { Draft = commit.Draft with { Kind = EntryKind.Step, Name = "compile", Type = "step" } };
    }

    private Task<CacheLookup> FindAsync(RunIdentity reader, string key) => _bench.FindAsync(CacheBench.Query(reader, key) with { Kind = EntryKind.Step, Name = "compile", Type = "step" });
}
