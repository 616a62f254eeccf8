using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Tests.Entries;

public sealed class MatchOrderTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public MatchOrderTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_was_saved_is_found_as_it_was()
    {
        var commit = _bench.Commit(CacheBench.Feature, "k-'; DROP TABLE cache_entry; -- 🚀 e\u0301", "base", "top") with
        {
            Shareable = false, Ttl = TimeSpan.FromDays(1), MaxAge = TimeSpan.FromDays(2), Effects = """{"outputs":{}}""",
        };
        commit = commit with { Content = new([.. commit.Content.Paths, new("/root/absent", null)]) };
        var saved = await _bench.SaveAsync(commit);
        saved.Scope.ShouldBe(Scope.Of(CacheBench.Feature));
        saved.Content.Paths[0].Tree!.Layers.ShouldBe(commit.Content.Paths[0].Tree!.Layers);
        saved.Content.Paths[1].ShouldBe(new("/root/absent", null));
        (saved.SizeBytes, saved.Spent, saved.Shareable, saved.Effects).ShouldBe((1_000, TimeSpan.FromSeconds(30), false, commit.Effects));
        var found = await _bench.FindAsync(CacheBench.Feature, commit.Draft.Key);
        (found.Outcome, found.Class, found.MatchedKey).ShouldBe((LookupOutcome.Hit, OutcomeClass.Hit, commit.Draft.Key));
        (found.Entry! with { Content = saved.Content }).ShouldBe(saved);
    }

    [Fact]
    public async Task An_exact_key_of_the_default_branch_beats_an_older_partial_of_the_own()
    {
        await SaveAsync(CacheBench.Feature, "npm-old");
        await SaveAsync(CacheBench.Main, "npm-1");
        await SaveAsync(CacheBench.Feature, "npm-newer");
        (await _bench.FindAsync(CacheBench.Feature, "npm-1", "npm-")).Entry!.Scope.ShouldBe(Scope.Of(CacheBench.Main));
    }

    [Fact]
    public async Task Of_an_exact_key_the_nearest_counts_and_of_others_the_newest()
    {
        await SaveAsync(CacheBench.On("refs/heads/v1", Trust.Protected), "k");
        await SaveAsync(CacheBench.On("refs/heads/v2", Trust.Protected), "k");
        (await RefAsync(CacheBench.Feature)).ShouldBe("refs/heads/v2");
        await SaveAsync(CacheBench.Main, "k");
        await SaveAsync(CacheBench.On("refs/heads/v3", Trust.Protected), "k");
        (await RefAsync(CacheBench.Feature)).ShouldBe("refs/heads/main");
        var based = CacheBench.Feature with { BaseRef = "refs/heads/v1" };
        (await RefAsync(based)).ShouldBe("refs/heads/v1");
        await SaveAsync(CacheBench.Feature, "k");
        (await RefAsync(based)).ShouldBe("refs/heads/feature");

        async Task<string> RefAsync(RunIdentity reader) => (await _bench.FindAsync(reader, "k")).Entry!.Scope.Ref;
    }

    [Fact]
    public async Task Restore_keys_are_tried_in_written_order_exact_before_prefix_nearest_before_newest()
    {
        await SaveAsync(CacheBench.Main, "a-1");
        await SaveAsync(CacheBench.Feature, "b-1");
        await SaveAsync(CacheBench.Main, "a-");
        await SaveAsync(CacheBench.Main, "a-2");
        await SaveAsync(CacheBench.Main, "b-2");
        (await KeyAsync("none", "a-", "b-")).ShouldBe("a-"); // exact before prefix
        (await KeyAsync("none", "b-", "a-")).ShouldBe("b-1"); // nearest before newest
        (await KeyAsync("none", "a-1", "b-")).ShouldBe("a-1");
        (await KeyAsync("none", "zzz", "a")).ShouldBe("a-2"); // newest
        (await KeyAsync("none", "zzz")).ShouldBeNull();

        async Task<string?> KeyAsync(string key, params string[] restoreKeys)
        {
            var found = await _bench.FindAsync(CacheBench.Feature, key, restoreKeys);
            found.Outcome.ShouldBe(found.Entry is null ? LookupOutcome.Miss : LookupOutcome.Partial);
            return found.MatchedKey;
        }
    }

    [Fact]
    public async Task Pitfall_6_pull_requests_fall_back_to_main_and_share_one_copy()
    {
        await SaveAsync(CacheBench.Main, "k");
        for (var pull = 1; pull < 27; pull++)
        {
            var reader = CacheBench.On($"refs/pull/{pull}/merge", Trust.Fork) with { BaseRef = "refs/heads/main" };
            (await _bench.FindAsync(reader, "k")).Entry!.Scope.Ref.ShouldBe("refs/heads/main");
        }

        (await _bench.Catalog.ListAsync(new(), CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_prefix_is_found_however_many_newer_keys_there_are()
    {
        await SaveAsync(CacheBench.Feature, "wanted-1");
        await SaveAsync(CacheBench.Feature, "wanted-2");
        for (var i = 0; i < 20; i++)
        {
            await SaveAsync(CacheBench.Feature, $"many-{i}");
        }

        for (var i = 0; i < 150; i++)
        {
            await SaveAsync(CacheBench.Feature, $"noise-{i}");
            await SaveAsync(CacheBench.On($"refs/heads/v{i}", Trust.Protected), $"other-{i}");
        }

        (await _bench.FindAsync(CacheBench.Feature, "none", "wanted-")).MatchedKey.ShouldBe("wanted-2");
        (await _bench.FindAsync(CacheBench.Feature, "none", "many-")).MatchedKey.ShouldBe("many-19");
        (await _bench.FindAsync(CacheBench.Feature, "none", "noise-")).MatchedKey.ShouldBe("noise-149");
        (await _bench.FindAsync(CacheBench.Feature, "none", "other-")).MatchedKey.ShouldBe("other-149");
        await SaveAsync(CacheBench.On("refs/heads/first", Trust.Protected), "early-1");
        for (var i = 0; i < 150; i++)
        {
            await SaveAsync(CacheBench.On($"refs/heads/v{i}", Trust.Protected), $"late-{i}");
        }

        (await _bench.FindAsync(CacheBench.Feature, "none", "early-")).MatchedKey.ShouldBe("early-1");
    }

    [Fact]
    public async Task Every_reader_finds_what_the_rule_lets_it_see()
    {
        RunIdentity[] all =
        [
            .. from reference in (string[])["refs/heads/main", "refs/heads/feature", "refs/pull/7/merge", "refs/pull/8/merge"]
               from trust in (Trust[])[Trust.Fork, Trust.Internal, Trust.Protected]
               from repository in (string[])["app", "other"]
               select CacheBench.On(reference, trust) with { Repository = repository, BaseRef = "refs/heads/feature" },
        ];
        foreach (var writer in all)
        {
            foreach (var shareable in (bool[])[false, true])
            {
                var key = $"{writer.Repository} {writer.Ref} {writer.Trust} {shareable}/";
                await _bench.SaveAsync(_bench.Commit(writer, key) with { Shareable = shareable, Manifest = "{}" });
                foreach (var reader in all)
                {
                    var visible = Visibility.Nearness(reader, Scope.Of(writer), shareable) is not null;
                    ((await _bench.FindAsync(reader, key)).Entry is not null).ShouldBe(visible, $"{reader} of {key}");
                    ((await _bench.FindAsync(reader, "none", key[..^1])).Entry is not null).ShouldBe(visible, $"{reader} of {key} by prefix");
                }
            }
        }
    }

    [Fact]
    public async Task Steps_match_exactly_or_not_at_all()
    {
        var commit = _bench.Commit(CacheBench.Main, "abc-1");
        await _bench.SaveAsync(commit with { Draft = commit.Draft with { Kind = EntryKind.Step } });
        var query = CacheBench.Query(CacheBench.Main, "abc-2", "abc-") with { Kind = EntryKind.Step };
        (await _bench.FindAsync(query)).Outcome.ShouldBe(LookupOutcome.Miss);
        (await _bench.FindAsync(query with { Key = "abc-1" })).Outcome.ShouldBe(LookupOutcome.Hit);
        (await _bench.FindAsync(query with { Key = "abc-1", Kind = EntryKind.Dependency })).Outcome.ShouldBe(LookupOutcome.Miss);
    }

    private async Task SaveAsync(RunIdentity writer, string key)
    {
        await _bench.SaveAsync(writer, key);
        _clock.Set(TimeSpan.FromSeconds(1));
    }
}
