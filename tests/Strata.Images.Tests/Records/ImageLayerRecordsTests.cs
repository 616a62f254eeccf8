using Strata.Core.Identity;
using Strata.Images.Kept;
using Strata.Images.Records;
using Strata.Layers.Store;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

public sealed class ImageLayerRecordsTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly RecordsBench _bench;

    public ImageLayerRecordsTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_was_published_is_found_as_it_was()
    {
        var record = _bench.Record("a", RecordsBench.Feature) with
        {
            Manifest = "{\"command\":\"printf '\u0000 \ud83d\ude80 e\u0301'\"}",
            Definition = "'; DROP TABLE image_layer; --",
            Shareable = false,
            UsesNetwork = false,
        };
        (await _bench.BuildAsync(record)).ShouldBeOfType<PublishOutcome.Published>();
        (await _bench.FindAsync("a", RecordsBench.Feature)).ShouldBe(record);
        (await _bench.FindAsync("b", RecordsBench.Feature)).ShouldBeNull();
    }

    [Fact]
    public async Task The_nearest_counts_and_of_those_equally_near_the_newest()
    {
        foreach (var (reference, layer) in ((string, string)[])[("refs/heads/old", "old"), ("refs/heads/new", "new")])
        {
            await _bench.BuildAsync(_bench.Record("a", RecordsBench.On(reference, Trust.Protected), layer));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await _bench.FindAsync("a", RecordsBench.Feature))!.Layer.ShouldBe(RecordsBench.Key("new"));
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "main"));
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.On("refs/heads/last", Trust.Protected), "last"));
        (await _bench.FindAsync("a", RecordsBench.Feature))!.Layer.ShouldBe(RecordsBench.Key("main"));
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Feature, "own"));
        (await _bench.FindAsync("a", RecordsBench.Feature))!.Layer.ShouldBe(RecordsBench.Key("own"));
        (await _bench.FindAsync("a", RecordsBench.Main))!.Layer.ShouldBe(RecordsBench.Key("main"));
    }

    [Fact]
    public async Task Every_reader_finds_what_the_rule_lets_it_see()
    {
        RunIdentity[] all =
        [
            .. from reference in (string[])["refs/heads/main", "refs/heads/feature", "refs/pull/7/merge", "refs/pull/8/merge"]
               from trust in (Trust[])[Trust.Fork, Trust.Internal, Trust.Protected]
               from repository in (string[])["app", "other"]
               select RecordsBench.On(reference, trust) with { Repository = repository, BaseRef = "refs/heads/feature" },
        ];
        foreach (var writer in all)
        {
            foreach (var shareable in (bool[])[false, true])
            {
                var key = $"{writer} {shareable}";
                await _bench.BuildAsync(_bench.Record(key, writer) with { Shareable = shareable });
                foreach (var reader in all)
                {
                    ((await _bench.FindAsync(key, reader)) is not null).ShouldBe(Visibility.Nearness(reader, Scope.Of(writer), shareable) is not null, $"{reader} of {key}");
                }
            }
        }
    }

    [Fact]
    public async Task A_protected_run_does_not_use_what_a_fork_built_and_publishes_its_own()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Fork, "poisoned"));
        (await _bench.FindAsync("a", RecordsBench.Main)).ShouldBeNull();
        (await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "good"))).ShouldBeOfType<PublishOutcome.Published>();
        (await _bench.FindAsync("a", RecordsBench.Main))!.Layer.ShouldBe(RecordsBench.Key("good"));
        (await _bench.FindAsync("a", RecordsBench.Fork))!.Layer.ShouldBe(RecordsBench.Key("poisoned"));
    }

    [Fact]
    public async Task The_second_to_publish_is_told_who_won()
    {
        var winner = _bench.Record("a", RecordsBench.Main, "first");
        await _bench.BuildAsync(winner);
        (await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "second"))).ShouldBe(new PublishOutcome.LostRace(winner));
        (await _bench.FindAsync("a", RecordsBench.Main)).ShouldBe(winner);
    }

    [Fact]
    public async Task A_replacement_expires_the_live_one_and_takes_its_place()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "old"));
        (await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "new"), replaces: true)).ShouldBeOfType<PublishOutcome.Published>();
        (await _bench.Records.ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Layer.ShouldBe(RecordsBench.Key("new"));
    }

    [Fact]
    public async Task Without_the_lease_nothing_is_published_and_nothing_expires()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "old"));
        var lease = await _bench.AcquireAsync(RecordsBench.Key("a"), Scope.Of(RecordsBench.Main));
        await lease.DisposeAsync();
        (await _bench.Records.PublishAsync(_bench.Record("a", RecordsBench.Main, "new"), lease, true, CancellationToken.None)).ShouldBeOfType<PublishOutcome.LeaseLost>();
        (await _bench.FindAsync("a", RecordsBench.Main))!.Layer.ShouldBe(RecordsBench.Key("old"));
    }

    [Fact]
    public async Task A_lease_for_one_layer_publishes_no_other()
    {
        await using var lease = await _bench.AcquireAsync(RecordsBench.Key("a"), Scope.Of(RecordsBench.Fork));
        await Should.ThrowAsync<ArgumentException>(async () => await _bench.Records.PublishAsync(_bench.Record("a", RecordsBench.Main), lease, false, CancellationToken.None));
        await Should.ThrowAsync<ArgumentException>(async () => await _bench.Records.PublishAsync(_bench.Record("b", RecordsBench.Fork), lease, false, CancellationToken.None));
    }

    [Fact]
    public async Task Leaving_live_is_one_way()
    {
        var (key, scope) = (RecordsBench.Key("a"), Scope.Of(RecordsBench.Main));
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main));
        (await _bench.EvictAsync(key, Scope.Of(RecordsBench.Feature))).ShouldBeFalse();
        (await _bench.EvictAsync(key, scope)).ShouldBeTrue();
        (await _bench.EvictAsync(key, scope)).ShouldBeFalse();
        (await _bench.Records.QuarantineAsync(key, scope, "damaged", CancellationToken.None)).ShouldBeFalse();
        (await _bench.FindAsync("a", RecordsBench.Main)).ShouldBeNull();
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main));
        (await _bench.FindAsync("a", RecordsBench.Main)).ShouldNotBeNull();
        (await _bench.Records.QuarantineAsync(key, scope, "damaged", CancellationToken.None)).ShouldBeTrue();
        (await _bench.FindAsync("a", RecordsBench.Main)).ShouldBeNull();
    }

    [Fact]
    public async Task What_a_step_last_was_is_remembered_when_it_is_no_longer_live()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _bench.BuildAsync(_bench.Record("b", RecordsBench.Main));
        (await LatestAsync(RecordsBench.Main)).ShouldBe("b");
        (await WhyAsync()).ShouldBeNull();
        await _bench.EvictAsync(RecordsBench.Key("b"), Scope.Of(RecordsBench.Main));
        (await LatestAsync(RecordsBench.Main)).ShouldBe("b");
        (await WhyAsync()).ShouldBe("unused");
        (await LatestAsync(RecordsBench.Feature)).ShouldBe("b");
        (await LatestAsync(RecordsBench.Main with { Repository = "other" })).ShouldBeNull();
        (await _bench.Records.FindLatestAsync("toolchain", 4, RecordsBench.Main, CancellationToken.None)).ShouldBeNull();
        (await _bench.Records.FindLatestAsync("tool%", 3, RecordsBench.Main, CancellationToken.None)).ShouldBeNull();

        async Task<string?> WhyAsync() => (await _bench.Records.FindLatestAsync("toolchain", 3, RecordsBench.Main, CancellationToken.None))!.RetiredBecause;
    }

    [Fact]
    public async Task What_a_step_last_was_follows_what_is_used_again()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await _bench.BuildAsync(_bench.Record("b", RecordsBench.Main));
        _clock.Advance(TimeSpan.FromMinutes(1));
        await TouchAsync("a");
        (await LatestAsync(RecordsBench.Main)).ShouldBe("a");
    }

    [Fact]
    public async Task The_last_use_is_written_once_an_hour()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main));
        var published = _clock.GetUtcNow();
        foreach (var (minutes, expected) in ((int, int)[])[(59, 0), (1, 60), (59, 60), (1, 120)])
        {
            _clock.Advance(TimeSpan.FromMinutes(minutes));
            await TouchAsync("a");
            (await _bench.FindAsync("a", RecordsBench.Main))!.LastUsedAt.ShouldBe(published.AddMinutes(expected));
        }
    }

    [Fact]
    public async Task What_is_retired_for_a_month_is_forgotten()
    {
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main));
        await _bench.EvictAsync(RecordsBench.Key("a"), Scope.Of(RecordsBench.Main));
        _clock.Set(TimeSpan.FromDays(29));
        await _bench.BuildAsync(_bench.Record("x", RecordsBench.Main) with { Step = 1 });
        (await LatestAsync(RecordsBench.Main)).ShouldBe("a");
        _clock.Set(TimeSpan.FromDays(2));
        await _bench.BuildAsync(_bench.Record("y", RecordsBench.Main) with { Step = 1 });
        (await LatestAsync(RecordsBench.Main)).ShouldBeNull();
    }

    [Fact]
    public async Task Layers_of_live_records_are_referred_to()
    {
        var roots = new ImageRoots(_bench.Directory);
        await _bench.BuildAsync(_bench.Record("a", RecordsBench.Main, "shared"));
        await _bench.BuildAsync(_bench.Record("b", RecordsBench.Main, "shared"));
        var layer = new LayerName(LayerOrg.Of("acme"), RecordsBench.Key("shared"));
        (await roots.ListAsync(CancellationToken.None)).ShouldContain(layer);
        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(layer with { Org = LayerOrg.Of("other") });
        foreach (var (key, expected) in ((string, bool)[])[("a", true), ("b", false)])
        {
            await _bench.EvictAsync(RecordsBench.Key(key), Scope.Of(RecordsBench.Main));
            (await roots.ListAsync(CancellationToken.None)).Contains(layer).ShouldBe(expected);
        }

        (await roots.ListAsync(CancellationToken.None)).ShouldNotContain(layer);
    }

    [Fact]
    public async Task Who_collects_where_nothing_was_built_makes_no_database()
    {
        var directory = Directory.CreateTempSubdirectory("strata-records-").FullName;
        try
        {
            (await new ImageRoots(directory).ListAsync(CancellationToken.None)).ShouldBeEmpty();
            Directory.EnumerateFileSystemEntries(directory).ShouldBeEmpty();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task TouchAsync(string key) => await _bench.Records.TouchAsync([(RecordsBench.Key(key), Scope.Of(RecordsBench.Main))], CancellationToken.None);

    private async Task<string?> LatestAsync(RunIdentity reader) =>
        await _bench.Records.FindLatestAsync("toolchain", 3, reader, CancellationToken.None) is { } found
            ? ((string[])["a", "b"]).Single(name => RecordsBench.Key(name) == found.Key) : null;
}
