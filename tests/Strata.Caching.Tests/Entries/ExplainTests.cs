using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Caching.Keys;
using Strata.Core.Identity;

namespace Strata.Caching.Tests.Entries;

public sealed class ExplainTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public ExplainTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Nothing_was_ever_saved()
    {
        (await ClassAsync("k")).ShouldBe(OutcomeClass.NeverSaved);
        await _bench.SaveAsync(CacheBench.Fork, "other");
        (await ClassAsync("k")).ShouldBe(OutcomeClass.NeverSaved); // nothing that may be read
    }

    [Theory]
    [InlineData(EntryState.Evicted, OutcomeClass.Evicted)]
    [InlineData(EntryState.Expired, OutcomeClass.Expired)]
    [InlineData(EntryState.Quarantined, OutcomeClass.Quarantined)]
    [InlineData(EntryState.Revoked, OutcomeClass.Revoked)]
    public async Task It_was_there_and_why_it_went(EntryState state, OutcomeClass expected)
    {
        var entry = await _bench.SaveAsync(CacheBench.Main, "k");
        await _bench.Entries.RetireAsync(entry.Id, state, "because", CancellationToken.None);
        var found = await _bench.FindAsync(CacheBench.Feature, "k");
        (found.Class, found.NearestId).ShouldBe((expected, entry.Id));
        found.Reason.ShouldContain("because");
    }

    [Fact]
    public async Task It_is_too_old_though_not_yet_swept()
    {
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "k") with { Ttl = TimeSpan.FromHours(1) });
        (await ClassAsync("k")).ShouldBe(OutcomeClass.Hit);
        _clock.Set(TimeSpan.FromMinutes(61));
        (await ClassAsync("k")).ShouldBe(OutcomeClass.Expired);
        await _bench.SaveAsync(CacheBench.Main, "k2");
        (await _bench.FindAsync(CacheBench.Query(CacheBench.Main, "k2") with { MaxAge = TimeSpan.FromHours(1) })).Class.ShouldBe(OutcomeClass.Hit);
        _clock.Set(TimeSpan.FromMinutes(61));
        (await _bench.FindAsync(CacheBench.Query(CacheBench.Main, "k2") with { MaxAge = TimeSpan.FromHours(1) })).Class.ShouldBe(OutcomeClass.Expired);
        (await ClassAsync("k2")).ShouldBe(OutcomeClass.Hit);
        _clock.Set(TimeSpan.FromDays(8));
        (await ClassAsync("k2")).ShouldBe(OutcomeClass.Expired);
    }

    [Fact]
    public async Task Expiry_names_the_rule_that_applied()
    {
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "unused") with { Ttl = TimeSpan.FromDays(2) });
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "aged") with { Ttl = TimeSpan.FromDays(30), MaxAge = TimeSpan.FromDays(5) });
        await _bench.SaveAsync(CacheBench.Main, "k");
        _clock.Set(TimeSpan.FromDays(8));
        (await ReasonAsync("unused")).ShouldBe("the entry of key 'unused' is expired: not used for 2d (ttl)");
        (await ReasonAsync("aged")).ShouldBe("the entry of key 'aged' is expired: older than 5d (max-age)");
        (await ReasonAsync("k")).ShouldBe("the entry of key 'k' is expired: not used for 7d (ttl)");

        await _bench.SaveAsync(CacheBench.Main, "k");
        (await RetiredReasonAsync("k")).ShouldBe("not used for 7d (ttl); saved anew");
        await _bench.Catalog.SweepAsync(new(), CachePart.All, CancellationToken.None);
        (await RetiredReasonAsync("unused")).ShouldBe("not used for 2d (ttl)");
        (await RetiredReasonAsync("aged")).ShouldBe("older than 5d (max-age)");
        (await ReasonAsync("aged")).ShouldBe("the entry of key 'aged' was expired: older than 5d (max-age)");
    }

    [Fact]
    public async Task It_is_where_one_may_not_look()
    {
        await _bench.SaveAsync(CacheBench.Fork, "k");
        var found = await _bench.FindAsync(CacheBench.Main, "k");
        found.Class.ShouldBe(OutcomeClass.Scope);
        found.Reason.ShouldBe("the entry of key 'k' was saved in acme/app/fork/7/refs/pull/7/merge@fork, which acme/app/refs/heads/main@protected may not read");
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "theirs") with { Shareable = false });
        (await _bench.FindAsync(CacheBench.Fork, "theirs")).Reason.ShouldBe("the entry of key 'theirs' was saved in a scope that acme/app/fork/7/refs/pull/7/merge@fork may not read");
    }

    [Fact]
    public async Task The_smallest_difference_is_told_with_old_and_new()
    {
        await SaveAsync("old", """{"image":"a","inputs":{"hashFiles('package-lock.json')":"1","runner.os":"Windows"},"key":"old","name":"npm"}""");
        await SaveAsync("near", """{"image":"a","inputs":{"hashFiles('package-lock.json')":"1","runner.os":"Linux"},"key":"near","name":"npm"}""");
        var found = await FindAsync("""{"image":"a","inputs":{"hashFiles('package-lock.json')":"2","runner.os":"Linux"},"key":"k","name":"npm"}""");
        found.Class.ShouldBe(OutcomeClass.Input);
        found.Changes.ShouldBe([new("hashFiles('package-lock.json')", "\"1\"", "\"2\"")]);
        (await _bench.Catalog.FindAsync(found.NearestId!.Value, CancellationToken.None))!.Key.ShouldBe("near");
    }

    [Fact]
    public async Task The_nearest_is_found_behind_newer_ones_that_differ_in_more()
    {
        await SaveAsync("near", """{"env":{"A":"1"},"inputs":{"a":"1","b":"1"},"key":"near","name":"npm"}""");
        for (var i = 0; i < 19; i++)
        {
            await SaveAsync($"far-{i}", $$$"""{"inputs":{"a":"x{{{i}}}","b":"1"},"key":"far-{{{i}}}","name":"npm"}""");
        }

        var found = await FindAsync("""{"env":{"A":"1"},"inputs":{"a":"1","b":"2"},"key":"k","name":"npm"}""");
        found.Changes.ShouldBe([new("b", "\"1\"", "\"2\"")]);
        (await _bench.Catalog.FindAsync(found.NearestId!.Value, CancellationToken.None))!.Key.ShouldBe("near");
    }

    [Theory]
    [InlineData("""{"image":"a","user":"0:0"}""", """{"image":"b","user":"0:0"}""")]
    [InlineData("""{"image":"a","user":"0:0"}""", """{"image":"a","user":"1:1"}""")]
    [InlineData("""{"command":"x","platform":"linux/amd64"}""", """{"command":"y","platform":"linux/arm64"}""")]
    public async Task A_step_of_another_image_user_or_platform_is_another_identity(string before, string after)
    {
        var commit = _bench.Commit(CacheBench.Main, "before") with { Manifest = before };
        await _bench.SaveAsync(commit with { Draft = commit.Draft with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps } });
        var query = CacheBench.Query(CacheBench.Main, "after") with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps, Manifest = after };
        (await _bench.FindAsync(query)).Class.ShouldBe(OutcomeClass.Identity);
    }

    [Fact]
    public async Task A_step_of_another_name_is_not_compared_with_which_is_said()
    {
        var query = CacheBench.Query(CacheBench.Main, "k") with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps, Name = "bb/s" };
        await _bench.SaveAsync(CacheBench.Main, "k");
        (await _bench.FindAsync(query)).Reason.ShouldBe("nothing that may be read here was ever saved for 'bb/s'; what another job or step saved counts only if its key is the same");
    }

    [Fact]
    public async Task The_nearest_is_found_behind_many_newer_ones_that_may_not_be_read()
    {
        await SaveAsync("near", """{"inputs":{"a":"1"},"key":"near","name":"npm"}""");
        for (var i = 0; i < 30; i++)
        {
            await _bench.SaveAsync(CacheBench.Fork, $"theirs-{i}");
            _clock.Set(TimeSpan.FromSeconds(1));
        }

        var found = await FindAsync("""{"inputs":{"a":"2"},"key":"k","name":"npm"}""");
        found.Class.ShouldBe(OutcomeClass.Input);
        found.Changes.ShouldBe([new("a", "\"1\"", "\"2\"")]);
    }

    [Fact]
    public async Task Not_all_are_looked_at_of_ever_so_many_that_may_not_be_read()
    {
        await BulkEntries.AddAsync(_bench, 20_000, derivedFromFirst: false);
        await _bench.Database.WriteAsync(sql => sql.Execute("UPDATE cache_entry SET trust = 0 WHERE key <> 'bulk-0'"), CancellationToken.None);
        (await ClassAsync("k")).ShouldBe(OutcomeClass.NeverSaved);
    }

    [Fact]
    public async Task Another_image_is_another_identity()
    {
        await SaveAsync("k", """{"image":"sha256:1111111111111111111111111111111111111111111111111111111111111111","key":"k"}""");
        var query = CacheBench.Query(CacheBench.Main, "k") with
        {
            Identity = CacheBench.DigestOf("other"), Manifest = """{"image":"sha256:2222222222222222222222222222222222222222222222222222222222222222","key":"k"}""",
        };
        var found = await _bench.FindAsync(query);
        found.Class.ShouldBe(OutcomeClass.Identity);
        found.Changes.ShouldBe([new("image", "111111111111", "222222222222")]);
    }

    [Theory]
    [InlineData("""{"env":{"A":"1","B":"2"}}""", """{"env":{"A":"1","C":"2"}}""", OutcomeClass.Env, "env B: \"2\" → not set; env C: not set → \"2\"")]
    [InlineData("""{"command":"a\nb\nc"}""", """{"command":"a\nx\nc"}""", OutcomeClass.Command, "command, line 2: \"b\" → \"x\"")]
    [InlineData("""{"command":"a","env":{}}""", """{"command":"b","env":{"A":"1"}}""", OutcomeClass.Command, "command: \"a\" → \"b\"; env A: not set → \"1\"")]
    [InlineData("""{"env":{"A":"1"},"input":"1"}""", """{"env":{"A":"2"},"input":"2"}""", OutcomeClass.Input, "env A: \"1\" → \"2\"; input: \"1\" → \"2\"")]
    [InlineData("""{"key":"a"}""", """{"key":"b"}""", OutcomeClass.Input, "key: \"a\" → \"b\"")]
    [InlineData("""{"paths":["/a","/b"]}""", """{"paths":["/a"]}""", OutcomeClass.Identity, "paths: /a, /b → /a")]
    [InlineData("""{"x":1}""", """{"x":"\u001b[2J\u202e"}""", OutcomeClass.Input, "x: 1 → \"\\u001b[2J\\u202e\"")]
    [InlineData("no json", "{}", OutcomeClass.Input, "")]
    [InlineData("[]", "{}", OutcomeClass.Input, "")]
    public void Every_difference_has_one_class(string before, string after, OutcomeClass expected, string changes)
    {
        var difference = ManifestDifference.Between(before, after);
        difference.Class.ShouldBe(expected);
        string.Join("; ", difference.Changes).ShouldBe(changes);
    }

    [Fact]
    public async Task What_a_run_looked_for_is_remembered_by_job_and_name()
    {
        var query = CacheBench.Query(CacheBench.Main, "k");
        await _bench.RecordAsync(query, await _bench.FindAsync(query), "run-x");
        var entry = await _bench.SaveAsync(CacheBench.Main, "k");
        await _bench.RecordAsync(query, await _bench.FindAsync(query), "run-y");
        var missed = (await _bench.Catalog.ListLookupsAsync(CachePart.All, "run-x", null, null, CancellationToken.None)).ShouldHaveSingleItem();
        (missed.Class, missed.EntryId, missed.Key, missed.Save).ShouldBe((OutcomeClass.NeverSaved, null, "k", "skipped"));
        var hit = (await _bench.Catalog.ListLookupsAsync(CachePart.All, "run-y", "test", "npm", CancellationToken.None)).ShouldHaveSingleItem();
        (hit.Class, hit.EntryId).ShouldBe((OutcomeClass.Hit, entry.Id));
        (await _bench.Catalog.ListLookupsAsync(CachePart.All, "run-y", "other", null, CancellationToken.None)).ShouldBeEmpty();
        (await _bench.Catalog.ListLookupsAsync(CachePart.All, "run-y", null, "other", CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_is_a_miss_and_says_why()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        _bench.Database.Dispose();
        foreach (var file in System.IO.Directory.GetFiles(_bench.Directory, "strata.db*"))
        {
            File.WriteAllText(file, new string('x', 10_000));
        }

        using var broken = new CacheBench(_clock, _bench.Directory);
        var found = await broken.FindAsync(CacheBench.Main, "k");
        (found.Outcome, found.Class).ShouldBe((LookupOutcome.Miss, OutcomeClass.Error));
        found.Reason.ShouldContain("strata.db");
        var draft = broken.Commit(CacheBench.Main, "k");
        (await broken.Entries.CommitAsync(draft, new("attempt/run-1/build/1", 1), CancellationToken.None)).ShouldBeOfType<CacheCommitOutcome.Refused>();
    }

    private async Task<OutcomeClass> ClassAsync(string key) => (await _bench.FindAsync(CacheBench.Main, key)).Class;

    private async Task<string> ReasonAsync(string key) => (await _bench.FindAsync(CacheBench.Main, key)).Reason;

    private async Task<string?> RetiredReasonAsync(string key) =>
        (await _bench.Catalog.ListAsync(new() { KeyPrefix = key, WithRetired = true, CountMax = 10 }, CancellationToken.None)).First(static entry => entry.State is not EntryState.Live).RetiredReason;

    private async Task SaveAsync(string key, string manifest)
    {
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, key) with { Manifest = manifest });
        _clock.Set(TimeSpan.FromSeconds(1));
    }

    private async Task<CacheLookup> FindAsync(string manifest) => await _bench.FindAsync(CacheBench.Query(CacheBench.Main, "k") with { Manifest = manifest });
}
