using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Images.Tests.Records;
using Strata.Tenancy;

namespace Strata.Artifacts.Tests.Records;

public sealed class ArtifactAccessTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ArtifactBench _bench = new(new ManualClock());

    public void Dispose() => _bench.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task A_protected_run_reads_what_a_fork_made_only_when_it_names_the_run_and_trusts_it()
    {
        var made = await _bench.PublishAsync("r1", "dist", ArtifactBench.Fork);
        (await _bench.FindAsync("r1", "dist", ArtifactBench.Fork)).ShouldNotBeNull();
        (await _bench.FindAsync("r1", "dist", ArtifactBench.Main)).ShouldBeNull();
        (await _bench.FindAsync("r1", "dist", ArtifactBench.Main, trustFork: true)).ShouldNotBeNull();
        (await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { TrustFork = true }, None)).ShouldBeEmpty("no run is named");
        (await _bench.Artifacts.ListAsync(new(ArtifactBench.Main) { TrustFork = true, RunId = "r1" }, None)).ShouldHaveSingleItem();
        (await _bench.Artifacts.FindLatestRunAsync(ArtifactBench.Main, null, None)).ShouldBeNull();
        (await _bench.Artifacts.HistoryAsync(made.Id, ArtifactBench.Main, false, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_fork_widens_nothing_for_itself()
    {
        var other = ArtifactBench.On("refs/pull/8/merge", Trust.Fork) with { BaseRef = "refs/heads/main" };
        await _bench.PublishAsync("r1", "dist", ArtifactBench.Fork);
        await _bench.PublishAsync("r2", "dist", ArtifactBench.Feature);
        foreach (var run in (string[])["r1", "r2"])
        {
            (await _bench.FindAsync(run, "dist", other, trustFork: true)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Every_reader_finds_and_lists_what_the_rule_lets_it_see()
    {
        RunIdentity[] all =
        [
            .. from reference in (string[])["refs/heads/main", "refs/heads/feature", "refs/pull/7/merge", "refs/pull/8/merge"]
               from trust in (Trust[])[Trust.Fork, Trust.Internal, Trust.Protected]
               from repository in (string[])["app", "other"]
               select ArtifactBench.On(reference, trust) with { Repository = repository, BaseRef = "refs/heads/feature" },
        ];
        var scopes = new Dictionary<string, (Scope Scope, bool Shareable)>();
        foreach (var writer in all)
        {
            foreach (var shareable in (bool[])[false, true])
            {
                var run = $"r{scopes.Count}";
                await using var lease = await _bench.AttemptAsync(run, "build", 1, writer);
                await _bench.PublishAsync(ArtifactBench.Draft(run, "build", 1, "dist", writer) with { Shareable = shareable }, lease);
                scopes.Add(run, (Scope.Of(writer), shareable));
            }
        }

        foreach (var reader in all)
        {
            var listed = (await _bench.Artifacts.ListAsync(new(reader), None)).Select(artifact => artifact.Producer.RunId).ToHashSet();
            foreach (var (run, (scope, shareable)) in scopes)
            {
                var sees = Visibility.Nearness(reader, scope, shareable) is not null;
                ((await _bench.FindAsync(run, "dist", reader)) is not null).ShouldBe(sees, $"{reader} of {scope}");
                listed.Contains(run).ShouldBe(sees, $"{reader} lists {scope}");
                var trusting = await _bench.FindAsync(run, "dist", reader, trustFork: true) is not null;
                trusting.ShouldBe(sees || (reader.Trust is not Trust.Fork && scope.Trust <= reader.Trust && scope.Repository == reader.Repository), $"{reader} trusts {scope}");
            }
        }
    }

    [Fact]
    public async Task Who_may_read_may_not_change()
    {
        var protectedOne = await _bench.PublishAsync("r1", "dist");
        var feature = await _bench.PublishAsync("r2", "dist", ArtifactBench.Feature);
        var fork = await _bench.PublishAsync("r3", "dist", ArtifactBench.Fork);
        foreach (var (user, artifact, may) in ((RunIdentity, Artifact, bool)[])
        [
            (ArtifactBench.Main, fork, true), (ArtifactBench.Main, feature, true), (ArtifactBench.Fork, protectedOne, false), (ArtifactBench.Feature, protectedOne, false),
            (ArtifactBench.Feature, fork, false), (ArtifactBench.Fork, fork, true), (ArtifactBench.Feature, feature, true),
            (ArtifactBench.Main with { Repository = "other" }, protectedOne, false), (ArtifactBench.Main with { Organization = "other" }, protectedOne, false),
        ])
        {
            (await _bench.Artifacts.PinAsync(artifact.Id, user, "x", None) is ArtifactChange.Done).ShouldBe(may, $"{user} pins {artifact.Scope}");
            (await _bench.Artifacts.UnpinAsync(artifact.Id, user, None) is ArtifactChange.Done).ShouldBe(may, $"{user} unpins {artifact.Scope}");
        }

        (await _bench.Artifacts.DeleteAsync(protectedOne.Id, ArtifactBench.Feature, "x", null, None)).ShouldBeOfType<ArtifactChange.Unknown>();
        (await _bench.Artifacts.DeleteAsync(fork.Id, ArtifactBench.Fork, "x", null, None)).ShouldBeOfType<ArtifactChange.Done>();
    }
}
