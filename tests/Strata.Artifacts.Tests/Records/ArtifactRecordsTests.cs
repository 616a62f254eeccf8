using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Images.Tests.Records;
using Strata.Layers.Trees;
using Strata.Tenancy;

namespace Strata.Artifacts.Tests.Records;

public sealed class ArtifactRecordsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualClock _clock = new();
    private readonly ArtifactBench _bench;

    public ArtifactRecordsTests() => _bench = new(_clock);

    public void Dispose() => _bench.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task What_was_published_is_found_as_it_was_with_its_history()
    {
        await using var lease = await _bench.AttemptAsync("r1", "build", 2, ArtifactBench.Feature);
        var draft = ArtifactBench.Draft("r1", "build", 2, "'; DROP TABLE artifact; -- \ud83d\ude80", ArtifactBench.Feature) with { Retention = TimeSpan.FromDays(7), Shareable = false };
        var begun = await _bench.BeginAsync(draft, lease);
        begun.State.ShouldBe(ArtifactState.Pending);
        begun.Content.ShouldBeNull();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await _bench.MoveAsync(begun, ArtifactState.Uploading, lease);
        _clock.Advance(TimeSpan.FromSeconds(3));
        await _bench.MoveAsync(begun, ArtifactState.Verifying, lease, "all parts are there");
        var content = ArtifactBench.Tree("a");
        var ready = (await _bench.Artifacts.CommitAsync(begun.Id, content, lease.Token, None)).ShouldBeOfType<ArtifactMove.Moved>().Artifact;
        ready.Name.ShouldBe(draft.Name);
        ready.Scope.ShouldBe(Scope.Of(ArtifactBench.Feature));
        ready.Producer.ShouldBe(new("r1", "build", 2));
        ready.Shareable.ShouldBeFalse();
        ready.CreatedAt.ShouldBe(begun.CreatedAt);
        ready.StateSince.ShouldBe(_clock.GetUtcNow());
        ready.ExpiresAt.ShouldBe(_clock.GetUtcNow().AddDays(7));
        ready.Content!.Layers.ShouldBe(content.Layers);
        (ready.Content with { Layers = content.Layers }).ShouldBe(content);
        var found = (await _bench.FindAsync("r1", draft.Name, ArtifactBench.Feature))!;
        (found with { Content = null }).ShouldBe(ready with { Content = null });
        var history = await _bench.Artifacts.HistoryAsync(ready.Id, ArtifactBench.Feature, false, None);
        history.Select(e => (e.State, e.Reason)).ShouldBe(
            [(ArtifactState.Pending, null), (ArtifactState.Uploading, null), (ArtifactState.Verifying, "all parts are there"), (ArtifactState.Ready, null)]);
        history[^1].Actor.ShouldBe("job build, attempt 2");
        (history[1].At - history[0].At).ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Only_legal_transitions_happen()
    {
        await using var lease = await _bench.AttemptAsync("r1", "build", 1);
        foreach (var state in (ArtifactState[])[ArtifactState.Pending, ArtifactState.Uploading, ArtifactState.Verifying, ArtifactState.Ready, ArtifactState.Failed])
        {
            foreach (var to in (ArtifactState[])[ArtifactState.Uploading, ArtifactState.Verifying, ArtifactState.Failed])
            {
                var artifact = await InStateAsync(state, $"{state} {to}", lease);
                var move = await _bench.Artifacts.MoveAsync(artifact.Id, to, "test", null, lease.Token, None);
                var expected = state == to || ArtifactTransitions.IsLegal(state, to);
                (move is ArtifactMove.Moved).ShouldBe(expected, $"{state} to {to}");
                (await _bench.FindAsync("r1", artifact.Name))!.State.ShouldBe(expected ? to : state);
            }

            var other = await InStateAsync(state, $"{state} commit", lease);
            (await _bench.Artifacts.CommitAsync(other.Id, ArtifactBench.Tree("other"), lease.Token, None) is ArtifactMove.Moved).ShouldBe(state is ArtifactState.Verifying);
        }
    }

    [Fact]
    public async Task Asking_twice_is_asking_once()
    {
        await using var lease = await _bench.AttemptAsync("r1", "build", 1);
        var draft = ArtifactBench.Draft("r1", "build", 1, "dist");
        var artifact = await _bench.BeginAsync(draft, lease);
        (await _bench.BeginAsync(draft, lease)).Id.ShouldBe(artifact.Id);
        await _bench.MoveAsync(artifact, ArtifactState.Uploading, lease);
        await _bench.MoveAsync(artifact, ArtifactState.Uploading, lease);
        (await _bench.BeginAsync(draft, lease)).State.ShouldBe(ArtifactState.Uploading);
        await _bench.MoveAsync(artifact, ArtifactState.Verifying, lease);
        (await _bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("a"), lease.Token, None)).ShouldBeOfType<ArtifactMove.Moved>();
        (await _bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("a"), lease.Token, None)).ShouldBeOfType<ArtifactMove.Moved>();
        (await _bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("b"), lease.Token, None)).ShouldBeOfType<ArtifactMove.Refused>();
        (await _bench.Artifacts.BeginAsync(draft, lease.Token, None)).ShouldBeOfType<ArtifactBegin.Taken>();
        (await _bench.HistoryAsync(artifact)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_name_is_of_one_artifact_of_a_run()
    {
        await using var build = await _bench.AttemptAsync("r1", "build", 1);
        await using var other = await _bench.AttemptAsync("r1", "other", 1);
        await using var elsewhere = await _bench.AttemptAsync("r2", "build", 1);
        var dist = await _bench.BeginAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), build);
        var taken = (await _bench.Artifacts.BeginAsync(ArtifactBench.Draft("r1", "other", 1, "dist"), other.Token, None)).ShouldBeOfType<ArtifactBegin.Taken>().By;
        taken.Producer.ShouldBe(new("r1", "build", 1));
        await _bench.BeginAsync(ArtifactBench.Draft("r1", "other", 1, "Dist"), other);
        await _bench.BeginAsync(ArtifactBench.Draft("r2", "build", 1, "dist"), elsewhere);
        await _bench.MoveAsync(dist, ArtifactState.Failed, build, "no space");
        await _bench.BeginAsync(ArtifactBench.Draft("r1", "other", 1, "dist"), other); // nobody has the name any more
    }

    [Fact]
    public async Task Of_those_that_want_a_name_at_once_one_gets_it()
    {
        var workers = new List<(ArtifactBench Bench, Metadata.Leases.Lease Lease, string Job)>();
        for (var i = 0; i < 8; i++)
        {
            var bench = new ArtifactBench(_clock, _bench.Path); // as a process of its own
            workers.Add((bench, await bench.AttemptAsync("r1", $"job {i}", 1), $"job {i}"));
        }

        var begins = await Task.WhenAll(workers.Select(worker => Task.Run(async () =>
            await worker.Bench.Artifacts.BeginAsync(ArtifactBench.Draft("r1", worker.Job, 1, "dist"), worker.Lease.Token, None))));
        var winner = begins.OfType<ArtifactBegin.Begun>().ShouldHaveSingleItem();
        begins.OfType<ArtifactBegin.Taken>().Select(taken => taken.By.Id).ShouldBe(Enumerable.Repeat(winner.Id, 7));
        foreach (var (bench, _, _) in workers)
        {
            await bench.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_later_attempt_replaces_what_is_not_ready_and_the_earlier_one_cannot_go_on()
    {
        await using var first = await _bench.AttemptAsync("r1", "build", 1); // cut off, not dead
        var old = await _bench.VerifyingAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), first);
        var done = await _bench.PublishAsync(ArtifactBench.Draft("r1", "build", 1, "logs"), first);
        await using var second = await _bench.AttemptAsync("r1", "build", 2);
        var replacement = await _bench.BeginAsync(ArtifactBench.Draft("r1", "build", 2, "dist"), second);
        (await _bench.Artifacts.CommitAsync(old.Id, ArtifactBench.Tree("old"), first.Token, None)).ShouldBeOfType<ArtifactMove.Refused>().Artifact.Reason.ShouldBe("replaced by attempt 2");
        (await _bench.Artifacts.BeginAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), first.Token, None)).ShouldBeOfType<ArtifactBegin.Taken>().By.Id.ShouldBe(replacement.Id);
        (await _bench.Artifacts.BeginAsync(ArtifactBench.Draft("r1", "build", 2, "logs"), second.Token, None)).ShouldBeOfType<ArtifactBegin.Taken>().By.Id.ShouldBe(done.Id);
        (await _bench.FindAsync("r1", "dist"))!.Id.ShouldBe(replacement.Id);
    }

    [Fact]
    public async Task Without_the_producers_lease_nothing_is_written()
    {
        await using var mine = await _bench.AttemptAsync("r1", "build", 1);
        await using var others = await _bench.AttemptAsync("r1", "lint", 1);
        var draft = ArtifactBench.Draft("r1", "build", 1, "dist");
        (await _bench.Artifacts.BeginAsync(draft, others.Token, None)).ShouldBeOfType<ArtifactBegin.LeaseLost>();
        var artifact = await _bench.VerifyingAsync(draft, mine);
        (await _bench.Artifacts.MoveAsync(artifact.Id, ArtifactState.Failed, "x", null, others.Token, None)).ShouldBeOfType<ArtifactMove.LeaseLost>();
        (await _bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("a"), others.Token, None)).ShouldBeOfType<ArtifactMove.LeaseLost>();
        await _bench.KillAsync(mine);
        (await _bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("a"), mine.Token, None)).ShouldBeOfType<ArtifactMove.LeaseLost>();
        (await _bench.Artifacts.BeginAsync(draft with { Name = "more" }, mine.Token, None)).ShouldBeOfType<ArtifactBegin.LeaseLost>();
        (await _bench.Artifacts.CommitAsync(99, ArtifactBench.Tree("a"), mine.Token, None)).ShouldBeOfType<ArtifactMove.Unknown>();
        (await _bench.FindAsync("r1", "dist"))!.State.ShouldBe(ArtifactState.Verifying);
    }

    [Fact]
    public async Task What_lost_its_worker_fails_in_the_sweep()
    {
        await using var dead = await _bench.AttemptAsync("r1", "build", 1);
        await using var alive = await _bench.AttemptAsync("r1", "lint", 1);
        await _bench.VerifyingAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), dead);
        await _bench.PublishAsync(ArtifactBench.Draft("r1", "build", 1, "logs"), dead);
        await _bench.BeginAsync(ArtifactBench.Draft("r1", "lint", 1, "report"), alive);
        await _bench.KillAsync(dead);
        var sweep = await _bench.Artifacts.SweepAsync(None);
        sweep.Abandoned.ShouldHaveSingleItem().Name.ShouldBe("dist");
        sweep.Abandoned[0].Reason.ShouldBe("its worker was lost");
        sweep.Expired.ShouldBeEmpty();
        (await _bench.FindAsync("r1", "logs"))!.State.ShouldBe(ArtifactState.Ready);
        (await _bench.FindAsync("r1", "report"))!.State.ShouldBe(ArtifactState.Pending);
        (await _bench.Artifacts.SweepAsync(None)).Abandoned.ShouldBeEmpty();
    }

    [Fact]
    public async Task Retention_ends_what_is_not_pinned_and_long_after_it_is_forgotten()
    {
        await _bench.PublishAsync("r1", "dist");
        var pinned = await _bench.PublishAsync("r2", "dist");
        (await _bench.Artifacts.PinAsync(pinned.Id, ArtifactBench.Main, "ann", None)).ShouldBeOfType<ArtifactChange.Done>().Artifact.ExpiresAt.ShouldBeNull();
        _clock.Set(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        (await _bench.Artifacts.SweepAsync(None)).Expired.ShouldBeEmpty();
        _clock.Set(TimeSpan.FromSeconds(1));
        var over = (await _bench.FindAsync("r1", "dist"))!; // to everybody, before it is cleared away
        (over.State, over.StateSince).ShouldBe((ArtifactState.Expired, over.ExpiresAt!.Value));
        (await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { State = ArtifactState.Ready }, None)).ShouldHaveSingleItem().Producer.RunId.ShouldBe("r2");
        (await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { State = ArtifactState.Expired }, None)).ShouldHaveSingleItem().Producer.RunId.ShouldBe("r1");
        (await _bench.Artifacts.PinAsync(over.Id, ArtifactBench.Main, "ann", None)).ShouldBeOfType<ArtifactChange.Refused>();
        var sweep = await _bench.Artifacts.SweepAsync(None);
        sweep.Expired.ShouldHaveSingleItem().Producer.RunId.ShouldBe("r1");
        sweep.FreedBytes.ShouldBe(1000);
        var expired = (await _bench.FindAsync("r1", "dist"))!;
        (expired.State, expired.Content!.Tree).ShouldBe((ArtifactState.Expired, ArtifactBench.DigestOf("dist")));
        (await _bench.HistoryAsync(expired))[^1].Actor.ShouldBe("retention");
        (await _bench.FindAsync("r2", "dist"))!.Pin.ShouldBe(new("ann", pinned.CreatedAt));
        (await _bench.Artifacts.UnpinAsync(pinned.Id, ArtifactBench.Main, None)).ShouldBeOfType<ArtifactChange.Done>().Artifact.ExpiresAt.ShouldBe(_clock.GetUtcNow().AddDays(30));
        _clock.Set(TimeSpan.FromDays(31));
        (await _bench.Artifacts.SweepAsync(None)).Forgotten.ShouldBe(1);
        (await _bench.FindAsync("r1", "dist")).ShouldBeNull();
    }

    [Fact]
    public async Task Layers_are_known_to_be_stored_only_to_who_may_read_an_artifact_that_has_them()
    {
        var layers = ArtifactBench.Tree("dist").Layers;
        (await _bench.Artifacts.ReadableLayersAsync(ArtifactBench.Main, layers, None)).ShouldBeEmpty();
        var mine = await _bench.PublishAsync("r1", "dist", ArtifactBench.Feature);

        (await _bench.Artifacts.ReadableLayersAsync(ArtifactBench.Feature, [.. layers, ArtifactBench.DigestOf("else")], None)).ShouldBe(layers, ignoreOrder: true);
        (await _bench.Artifacts.ReadableLayersAsync(ArtifactBench.Main, layers, None)).ShouldBeEmpty();
        (await _bench.Artifacts.ReadableLayersAsync(ArtifactBench.Fork, layers, None)).ShouldBeEmpty();
        (await _bench.Artifacts.ReadableLayersAsync(ArtifactBench.Feature with { Repository = "other" }, layers, None)).ShouldBeEmpty();
        await _bench.Artifacts.DeleteAsync(mine.Id, ArtifactBench.Feature, "ann", null, None);
        (await _bench.Artifacts.ReadableLayersAsync(ArtifactBench.Feature, layers, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_expire_in_one_sweep()
    {
        await using var lease = await _bench.AttemptAsync("r1", "build", 1);
        for (var i = 0; i < 450; i++)
        {
            await _bench.PublishAsync(ArtifactBench.Draft("r1", "build", 1, $"part {i}"), lease);
        }

        _clock.Set(TimeSpan.FromDays(31));
        (await _bench.Artifacts.SweepAsync(None)).Expired.Count.ShouldBe(450);
        _clock.Set(TimeSpan.FromDays(31));
        (await _bench.Artifacts.SweepAsync(None)).Forgotten.ShouldBe(450);
    }

    [Fact]
    public async Task A_user_deletes_what_is_done_and_only_that()
    {
        await using var lease = await _bench.AttemptAsync("r1", "build", 1);
        var artifact = await _bench.VerifyingAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), lease);
        (await _bench.Artifacts.DeleteAsync(artifact.Id, ArtifactBench.Main, "ann", null, None)).ShouldBeOfType<ArtifactChange.Refused>();
        (await _bench.Artifacts.PinAsync(artifact.Id, ArtifactBench.Main, "ann", None)).ShouldBeOfType<ArtifactChange.Refused>();
        await _bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("a"), lease.Token, None);
        await _bench.Artifacts.PinAsync(artifact.Id, ArtifactBench.Main, "ann", None);
        var deleted = (await _bench.Artifacts.DeleteAsync(artifact.Id, ArtifactBench.Main, "ann", "wrong version", None)).ShouldBeOfType<ArtifactChange.Done>().Artifact;
        (deleted.State, deleted.Reason).ShouldBe((ArtifactState.Deleted, "wrong version"));
        (await _bench.Artifacts.DeleteAsync(artifact.Id, ArtifactBench.Main, "bob", null, None)).ShouldBeOfType<ArtifactChange.Done>();
        (await _bench.HistoryAsync(artifact))[^1].ShouldBe(new(_clock.GetUtcNow(), ArtifactState.Deleted, "ann", "wrong version"));
        (await _bench.BeginAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), lease)).Id.ShouldNotBe(artifact.Id); // as upload-artifact does to overwrite
    }

    [Fact]
    public async Task Retention_is_what_the_job_says_up_to_what_the_site_allows()
    {
        await using var bench = new ArtifactBench(_clock, _bench.Path, new() { Retention = TimeSpan.FromDays(5), RetentionMax = TimeSpan.FromDays(10) });
        await using var lease = await bench.AttemptAsync("r1", "build", 1);
        foreach (var (asked, expected) in ((int?, int)[])[(null, 5), (3, 3), (90, 10)])
        {
            var draft = ArtifactBench.Draft("r1", "build", 1, $"a{asked}") with { Retention = asked is { } days ? TimeSpan.FromDays(days) : null };
            (await bench.BeginAsync(draft, lease)).Retention.ShouldBe(TimeSpan.FromDays(expected));
        }
    }

    [Fact]
    public async Task What_is_over_the_quota_fails_and_says_so()
    {
        await using var bench = new ArtifactBench(_clock, _bench.Path, new() { QuotaBytes = 2500 });
        await bench.PublishAsync("r1", "dist");
        await bench.PublishAsync("r2", "dist");
        await bench.PublishAsync("other", "dist", ArtifactBench.Main with { Repository = "other" });
        await using var lease = await bench.AttemptAsync("r3", "build", 1);
        var artifact = await bench.VerifyingAsync(ArtifactBench.Draft("r3", "build", 1, "dist"), lease);
        var refused = (await bench.Artifacts.CommitAsync(artifact.Id, ArtifactBench.Tree("a"), lease.Token, None)).ShouldBeOfType<ArtifactMove.OverQuota>();
        (refused.UsedBytes, refused.QuotaBytes, refused.Artifact.State).ShouldBe((2000, 2500, ArtifactState.Failed));
        (await bench.Artifacts.UsageAsync("acme", "app", None)).ShouldBe(new(2, 2000, 2500));
        await bench.PublishAsync(ArtifactBench.Draft("r3", "build", 1, "dist"), lease, ArtifactBench.Tree("small", 500));
        _clock.Set(TimeSpan.FromDays(31));
        await bench.PublishAsync("r4", "dist"); // what is past its retention does not count
        (await bench.Artifacts.UsageAsync("acme", "app", None)).Bytes.ShouldBe(1000);
    }

    [Fact]
    public async Task A_run_has_a_limit_of_artifacts()
    {
        await using var bench = new ArtifactBench(_clock, _bench.Path, new() { PerRunMax = 2 });
        await using var lease = await bench.AttemptAsync("r1", "build", 1);
        await bench.BeginAsync(ArtifactBench.Draft("r1", "build", 1, "a"), lease);
        await bench.BeginAsync(ArtifactBench.Draft("r1", "build", 1, "b"), lease);
        (await bench.Artifacts.BeginAsync(ArtifactBench.Draft("r1", "build", 1, "c"), lease.Token, None)).ShouldBeOfType<ArtifactBegin.TooMany>().Limit.ShouldBe(2);
    }

    [Fact]
    public async Task Lists_are_pages_newest_first_and_the_newest_run_is_the_newest_that_published()
    {
        await _bench.PublishAsync("r1", "dist");
        await _bench.PublishAsync("r1x", "logs");
        await using (var lease = await _bench.AttemptAsync("r2", "build", 1))
        {
            await _bench.BeginAsync(ArtifactBench.Draft("r2", "build", 1, "dist"), lease);
        }

        var page = await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { Limit = 2 }, None);
        page.Select(artifact => artifact.Producer.RunId).ShouldBe(["r2", "r1x"]);
        (await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { Limit = 2, Before = page[^1].Id }, None)).ShouldHaveSingleItem().Producer.RunId.ShouldBe("r1");
        (await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { Name = "dist", State = ArtifactState.Ready }, None)).ShouldHaveSingleItem().Producer.RunId.ShouldBe("r1");
        (await _bench.Artifacts.FindLatestRunAsync(ArtifactBench.Main, null, None)).ShouldBe("r1x");
        (await _bench.Artifacts.FindLatestRunAsync(ArtifactBench.Main, "dist", None)).ShouldBe("r1");
        (await _bench.Artifacts.FindLatestRunAsync(ArtifactBench.Main, "nothing", None)).ShouldBeNull();
    }

    private async Task<Artifact> InStateAsync(ArtifactState state, string name, Metadata.Leases.Lease lease)
    {
        var draft = ArtifactBench.Draft("r1", "build", 1, name);
        switch (state)
        {
            case ArtifactState.Ready:
                return await _bench.PublishAsync(draft, lease);
            case ArtifactState.Verifying:
                return await _bench.VerifyingAsync(draft, lease);
            default:
                var artifact = await _bench.BeginAsync(draft, lease);
                return state is ArtifactState.Pending ? artifact : await _bench.MoveAsync(artifact, state, lease);
        }
    }
}
