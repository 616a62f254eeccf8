using Strata.Caching.Entries;
using Strata.Caching.Keys;
using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Tests.Entries;

/// <summary>share-with-forks counts as the definition of a protected ref states it, by every route by which another could be told (DESIGN §7).</summary>
public sealed class SharingTests : IDisposable
{
    private static readonly RunIdentity Release = CacheBench.On("refs/heads/release", Trust.Protected);
    private static readonly RunIdentity ForkOfFeature = CacheBench.Fork with { BaseRef = CacheBench.Feature.Ref };

    private readonly CacheBench _bench = new(new ManualClock());

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_the_default_branch_says_counts_for_what_it_saves()
    {
        await SaveAsync(CacheBench.Main, "said nothing", null);
        await CanReadAsync(CacheBench.Fork, "said nothing", true);
        await SaveAsync(CacheBench.Main, "kept", false);
        await CanReadAsync(CacheBench.Fork, "kept", false);
        await CanReadAsync(CacheBench.Feature, "kept", true);
        await SaveAsync(CacheBench.Main, "shared", true);
        await CanReadAsync(CacheBench.Fork, "shared", true);
    }

    [Fact]
    public async Task A_definition_that_changes_changes_what_was_saved_before_when_it_is_run_even_without_a_save()
    {
        await SaveAsync(CacheBench.Main, "k", null);
        await RunAsync(CacheBench.Main, false);
        await CanReadAsync(CacheBench.Fork, "k", false);
        (await _bench.Entries.ReadableLayersAsync(CacheBench.Fork, [CacheBench.DigestOf("layer k")], CancellationToken.None)).ShouldBeEmpty();
        await RunAsync(CacheBench.Main, true);
        await CanReadAsync(CacheBench.Fork, "k", true);
    }

    [Fact]
    public async Task What_stands_on_a_step_that_is_not_shared_is_not_either_and_says_so()
    {
        var step = _bench.Commit(CacheBench.Main, "step");
        var made = await _bench.SaveAsync(step with { Draft = step.Draft with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps, Name = "build/compile" } });
        var cache = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "cache") with { DerivedFrom = [new(ProductKind.CacheEntry, made.Id)] });
        var secret = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "secret") with { Shareable = false });
        var kept = await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "kept") with { SharesWithForks = false });

        (await WhyAsync(made)).ShouldBe("its step does not say share-with-forks: true");
        (await WhyAsync(cache)).ShouldBe($"its cache says share-with-forks: false; its job used or made entry {made.Id} ('build/compile'), which they may not read"); // by the definition that ran last
        (await WhyAsync(secret)).ShouldBe("its cache says share-with-forks: false; its job could read a secret, or stands on an image, an artifact or an entry that they may not use");
        (await WhyAsync(kept)).ShouldBe("its cache says share-with-forks: false");
        await RunAsync(CacheBench.Main, true);
        (await WhyAsync(cache)).ShouldBe($"its job used or made entry {made.Id} ('build/compile'), which they may not read");
        (await WhyAsync(kept)).ShouldBeNull();
    }

    [Theory]
    [InlineData(Trust.Fork)]
    [InlineData(Trust.Internal)]
    public async Task Nothing_that_a_less_trusted_run_says_counts(Trust trust)
    {
        var other = CacheBench.On(trust is Trust.Fork ? "refs/pull/7/merge" : "refs/heads/main", trust) with { BaseRef = "refs/heads/main" };
        await SaveAsync(CacheBench.Main, "k", false);
        await SaveAsync(other, "its own", true); // by a save
        await RunAsync(other, true); // by a look-up that missed or hit
        await SaveAsync(other with { DefaultBranch = other.Ref }, "another of its own", true); // by another default branch
        await CanReadAsync(CacheBench.Fork, "k", false);
        _bench.One("SELECT group_concat(shares) FROM cache_sharing").ShouldBe("0");
    }

    [Fact]
    public async Task What_unprotected_refs_save_is_shared_as_the_default_branch_says()
    {
        await SaveAsync(CacheBench.Feature, "before", true);
        await CanReadAsync(ForkOfFeature, "before", true); // nobody said anything that counts
        await RunAsync(CacheBench.Main, false);
        await CanReadAsync(ForkOfFeature, "before", false);
        await SaveAsync(CacheBench.Feature, "after", true);
        await CanReadAsync(ForkOfFeature, "after", false);
        await RunAsync(Release, true); // another protected ref says it for itself alone
        await CanReadAsync(ForkOfFeature, "after", false);
    }

    [Fact]
    public async Task A_switch_never_shares_what_a_secret_may_be_in_or_what_stands_on_what_is_not_shared()
    {
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "secret") with { Shareable = false, SharesWithForks = true });
        await CanReadAsync(CacheBench.Fork, "secret", false);
        var kept = await SaveAsync(CacheBench.Main, "kept", false, "base");
        kept.Shareable.ShouldBeFalse();
        await _bench.SaveAsync(Named(_bench.Commit(CacheBench.Main, "derived", "base"), "other") with { SharesWithForks = true, DerivedFrom = [new(ProductKind.CacheEntry, kept.Id)] });
        (await _bench.FindAsync(CacheBench.Query(CacheBench.Fork, "derived") with { Name = "other" })).Entry.ShouldBeNull();
        var fork = _bench.Commit(CacheBench.Fork, "stolen", "base") with { DerivedFrom = [new(ProductKind.CacheEntry, kept.Id)] };
        await using var lease = await _bench.AcquireAsync(fork.Draft.Producer);
        (await _bench.Entries.CommitAsync(fork, lease.Token, CancellationToken.None)).ShouldBeOfType<CacheCommitOutcome.Refused>();
    }

    [Fact]
    public async Task A_steps_result_is_shared_only_where_a_protected_ref_says_so_of_that_step()
    {
        await _bench.SaveAsync(Step(CacheBench.Main, "silent", null));
        await StepCanBeReadAsync(CacheBench.Fork, "silent", false);
        await _bench.SaveAsync(Step(CacheBench.Feature, "branch", true));
        await StepCanBeReadAsync(ForkOfFeature, "branch", false); // an unprotected branch's word
        await _bench.SaveAsync(Step(CacheBench.Main, "said", true));
        await StepCanBeReadAsync(CacheBench.Fork, "said", true);
        await StepCanBeReadAsync(CacheBench.Fork, "silent", true); // it is the same step, and this is what it says now
        await StepCanBeReadAsync(ForkOfFeature, "branch", true);
        await _bench.SaveAsync(Step(CacheBench.Main, "namesake", null, job: "other"));
        await StepCanBeReadAsync(CacheBench.Fork, "namesake", false);
        await StepCanBeReadAsync(CacheBench.Fork, "said", true);
    }

    [Fact]
    public void Who_looks_has_no_way_to_tell_a_switch() =>
        typeof(CacheQuery).GetProperties().ShouldNotContain(static property => property.Name.Contains("Share", StringComparison.OrdinalIgnoreCase));

    private async Task<string?> WhyAsync(CacheEntry entry) =>
        await _bench.Catalog.FindHiddenReasonAsync((await _bench.Catalog.FindAsync(entry.Id, CancellationToken.None))!, CancellationToken.None);

    private async Task CanReadAsync(RunIdentity reader, string key, bool can) => ((await _bench.FindAsync(reader, key)).Entry is not null).ShouldBe(can, key);

    private async Task StepCanBeReadAsync(RunIdentity reader, string key, bool can) =>
        ((await _bench.FindAsync(CacheBench.Query(reader, key) with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps, Name = "compile" })).Entry is not null).ShouldBe(can, key);

    private async Task<CacheEntry> SaveAsync(RunIdentity writer, string key, bool? shares, params string[] layers) =>
        await _bench.SaveAsync(_bench.Commit(writer, key, layers) with { SharesWithForks = shares });

    /// <summary>A run that only looks.</summary>
    private async Task RunAsync(RunIdentity identity, bool? shares)
    {
        var query = CacheBench.Query(identity, "none");
        var use = new CacheUse { Query = query, Lookup = await _bench.FindAsync(query), SharesWithForks = shares };
        await _bench.Entries.RecordAsync(new() { Identity = identity, Producer = new("asker", "test", 1), Uses = [use] }, CancellationToken.None);
    }

    private CacheCommit Step(RunIdentity writer, string key, bool? shares, string job = "build")
    {
        var commit = Named(_bench.Commit(writer, key), "compile");
        return commit with
        {
            Draft = commit.Draft with { Kind = EntryKind.Step, Type = "step", Identity = CacheIdentity.OfSteps, Producer = commit.Draft.Producer with { Job = job } },
            SharesWithForks = shares,
        };
    }

    private static CacheCommit Named(CacheCommit commit, string name) => commit with { Draft = commit.Draft with { Name = name } };
}
