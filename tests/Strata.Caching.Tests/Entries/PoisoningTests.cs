using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Core.Identity;

namespace Strata.Caching.Tests.Entries;

/// <summary>Pitfall 19: nothing a fork's or an unprotected branch's job can save reaches a more trusted job, by whatever route.</summary>
public sealed class PoisoningTests : IDisposable
{
    private readonly CacheBench _bench = new(new ManualClock());

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Pitfall_19_a_fork_that_saves_the_default_branchs_next_key_first_poisons_only_itself()
    {
        await _bench.SaveAsync(CacheBench.Fork, "npm-next", "poison");
        foreach (var reader in (RunIdentity[])[CacheBench.Main, CacheBench.Feature, CacheBench.On("refs/pull/8/merge", Trust.Fork)])
        {
            (await _bench.FindAsync(reader, "npm-next", "npm-next", "npm-")).Entry.ShouldBeNull();
        }

        await _bench.SaveAsync(CacheBench.Main, "npm-next", "good"); // the slot was not taken
        (await _bench.FindAsync(CacheBench.Main, "npm-next")).Entry!.Content.Layers().ShouldBe([CacheBench.DigestOf("good")]);
        (await _bench.FindAsync(CacheBench.Fork, "npm-next")).Entry!.Content.Layers().ShouldBe([CacheBench.DigestOf("poison")]); // its own is nearer to it
    }

    [Theory]
    [InlineData("refs/heads/main")] // a branch of a fork may be called main
    [InlineData("refs/pull/7/merge")]
    [InlineData("fork/7/refs/pull/7/merge")]
    public async Task A_ref_called_like_a_trusted_one_is_still_a_forks(string reference)
    {
        await _bench.SaveAsync(CacheBench.On(reference, Trust.Fork) with { BaseRef = "refs/heads/main", DefaultBranch = reference }, "k", "poison");
        await _bench.SaveAsync(CacheBench.On(reference, Trust.Internal), "k2", "less trusted");
        foreach (var key in (string[])["k", "k2"])
        {
            (await _bench.FindAsync(CacheBench.Main, key, key)).Entry.ShouldBeNull();
        }

        (await _bench.FindAsync(CacheBench.Feature, "k", "k")).MatchedKey.ShouldBe(reference == "refs/heads/feature" ? "k2" : null);
    }

    [Fact]
    public async Task The_same_ref_with_less_trust_is_another_scope()
    {
        await _bench.SaveAsync(CacheBench.On("refs/heads/main", Trust.Internal), "k", "dirty tree");
        (await _bench.FindAsync(CacheBench.Main, "k")).Class.ShouldBe(OutcomeClass.Scope);
        (await _bench.SaveAsync(CacheBench.Main, "k", "clean")).Scope.Trust.ShouldBe(Trust.Protected);
        (await _bench.FindAsync(CacheBench.Main, "k")).Entry!.Content.Layers().ShouldBe([CacheBench.DigestOf("clean")]);
    }

    [Fact]
    public async Task Building_on_what_one_may_not_read_is_refused()
    {
        var poison = await _bench.SaveAsync(CacheBench.Fork, "k", "poison");
        var commit = _bench.Commit(CacheBench.Main, "k2", "poison") with { DerivedFrom = [new(Tenancy.ProductKind.CacheEntry, poison.Id)] };
        (await _bench.CommitAsync(commit)).ShouldBeOfType<CacheCommitOutcome.Refused>();
        (await _bench.CommitAsync(commit with { DerivedFrom = [new(Tenancy.ProductKind.CacheEntry, 4711)] })).ShouldBeOfType<CacheCommitOutcome.Refused>();
    }

    [Fact]
    public async Task A_fork_does_not_read_what_a_job_with_secrets_saved()
    {
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "k") with { Shareable = false });
        var found = await _bench.FindAsync(CacheBench.Fork, "k", "k");
        (found.Entry, found.Class, found.NearestId).ShouldBe((null, OutcomeClass.Scope, null));
        found.Changes.ShouldBeEmpty();
        found.Reason.ShouldNotContain("main"); // nor learns whose it is
    }

    [Fact]
    public async Task Other_repositories_and_organizations_share_nothing()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        (await _bench.FindAsync(CacheBench.Main with { Repository = "other" }, "k", "k")).Class.ShouldBe(OutcomeClass.NeverSaved);
        (await _bench.FindAsync(CacheBench.Main with { Organization = "evil" }, "k", "k")).Class.ShouldBe(OutcomeClass.NeverSaved);
        (await _bench.Entries.ReadableLayersAsync(CacheBench.Main with { Organization = "evil" }, [CacheBench.DigestOf("layer k")], CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_refused_is_in_the_audit_log()
    {
        await _bench.SaveAsync(CacheBench.Fork, "k", "poison");
        var query = CacheBench.Query(CacheBench.Main, "k");
        await _bench.RecordAsync(query, await _bench.FindAsync(query));
        var commit = _bench.Commit(CacheBench.Main, "stolen", "poison");
        await using var lease = await _bench.AcquireAsync(commit.Draft.Producer);
        await _bench.Entries.CommitAsync(commit, lease.Token, CancellationToken.None);
        _bench.One("SELECT group_concat(action || ' ' || subject, ' | ') FROM audit_event").ShouldBe("cache.save k | cache.deny k | cache.deny stolen");
    }
}
