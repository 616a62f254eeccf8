using Strata.Artifacts.Gating;
using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Layers.Trees;

namespace Strata.Artifacts.Tests.Gating;

public sealed class ArtifactGateTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Start.AddMinutes(5);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(ArtifactState.Ready, ProducerState.Running, "ready")]
    [InlineData(ArtifactState.Ready, ProducerState.Failure, "ready")]
    [InlineData(ArtifactState.Ready, ProducerState.None, "ready")]
    [InlineData(ArtifactState.Pending, ProducerState.Running, "wait")]
    [InlineData(ArtifactState.Uploading, ProducerState.Success, "wait")]
    [InlineData(ArtifactState.Verifying, ProducerState.Failure, "wait")]
    [InlineData(ArtifactState.Uploading, ProducerState.None, "wait")]
    [InlineData(ArtifactState.Failed, ProducerState.Running, "wait")] // its next attempt may replace it
    [InlineData(ArtifactState.Failed, ProducerState.Success, "fail")]
    [InlineData(ArtifactState.Expired, ProducerState.None, "fail")]
    [InlineData(ArtifactState.Deleted, ProducerState.None, "fail")]
    [InlineData(null, ProducerState.Running, "wait")]
    [InlineData(null, ProducerState.Success, "fail")]
    [InlineData(null, ProducerState.Failure, "fail")]
    [InlineData(null, ProducerState.Cancelled, "fail")]
    [InlineData(null, ProducerState.Skipped, "fail")]
    [InlineData(null, ProducerState.None, "fail")]
    public void A_consumer_starts_waits_or_fails_by_the_state_of_what_it_takes(ArtifactState? state, ProducerState producer, string expected)
    {
        var need = Need("dist", state, producer);
        WordOf(Decide([need])).ShouldBe(expected);
        WordOf(Decide([need with { Optional = true }])).ShouldBe(expected is "fail" ? "ready" : expected);
        WordOf(Decide([Need("other", ArtifactState.Ready, ProducerState.Success), need])).ShouldBe(expected);
        WordOf(ArtifactGate.Decide([need], Start, Start + WaitMax, WaitMax)).ShouldBe(expected is "wait" ? "fail" : expected, "waited too long");
    }

    [Fact]
    public void What_will_not_come_fails_at_once_though_others_are_waited_for()
    {
        var verdict = Decide([Need("slow", ArtifactState.Uploading, ProducerState.Success), Need("gone", ArtifactState.Failed, ProducerState.Success), Need("never", null, ProducerState.Skipped)]);
        var problems = verdict.ShouldBeOfType<GateVerdict.Fail>().Problems;
        problems.Count.ShouldBe(2);
    }

    [Fact]
    public void A_failure_names_artifact_producer_state_and_since_when()
    {
        var failed = Decide([Need("dist", ArtifactState.Failed, ProducerState.Success)]).ShouldBeOfType<GateVerdict.Fail>().Problems.ShouldHaveSingleItem();
        failed.Code.ShouldBe("STR4001");
        failed.Message.ShouldBe(
            "The artifact 'dist' of job build cannot be had: it is failed since 2026-11-21 12:03:00Z (2 m 00 s ago), made by job build, attempt 2: the disk\ufffd is full.");
        var skipped = Decide([Need("dist", null, ProducerState.Skipped)]).ShouldBeOfType<GateVerdict.Fail>().Problems.ShouldHaveSingleItem();
        skipped.ToString().ShouldStartWith("error STR4002: The artifact 'dist' of job build was never made: job build was skipped at 2026-11-21 12:04:00Z (1 m 00 s ago).");
        var silent = Decide([Need("dist", null, ProducerState.Success)]).ShouldBeOfType<GateVerdict.Fail>().Problems.ShouldHaveSingleItem();
        silent.Message.ShouldBe("The artifact 'dist' of job build was never made: job build ended with success at 2026-11-21 12:04:00Z (1 m 00 s ago) without publishing it.");
        var elsewhere = Decide([Need("dist", null, ProducerState.None) with { Job = null, Run = "r7", ProducerEndedAt = null }]);
        elsewhere.ShouldBeOfType<GateVerdict.Fail>().Problems[0].Message.ShouldBe("The artifact 'dist' of run r7 was never made: the run has none of this name that this job may read.");
    }

    [Fact]
    public void A_wait_says_for_what()
    {
        Decide([Need("dist", ArtifactState.Uploading, ProducerState.Success), Need("logs", null, ProducerState.Running)]).ShouldBeOfType<GateVerdict.Wait>()
            .Why.ShouldBe("the artifact dist of job build is uploading since 2026-11-21 12:03:00Z; job build has not made the artifact logs yet");
    }

    [Fact]
    public void What_is_ready_comes_in_the_order_of_the_needs_without_what_is_optional_and_missing()
    {
        var verdict = Decide([Need("b", ArtifactState.Ready, ProducerState.Success), Need("x", null, ProducerState.Failure) with { Optional = true }, Need("a", ArtifactState.Ready, ProducerState.None)]);
        verdict.ShouldBeOfType<GateVerdict.Ready>().Artifacts.Select(artifact => artifact.Name).ShouldBe(["b", "a"]);
        Decide([]).ShouldBeOfType<GateVerdict.Ready>().Artifacts.ShouldBeEmpty();
    }

    private static GateVerdict Decide(IReadOnlyList<ArtifactNeed> needs) => ArtifactGate.Decide(needs, Start, Now, WaitMax);

    private static string WordOf(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Ready => "ready",
        GateVerdict.Wait => "wait",
        _ => "fail",
    };

    private static ArtifactNeed Need(string name, ArtifactState? state, ProducerState producer) => new()
    {
        Name = name, Job = "build", Producer = producer, ProducerEndedAt = Start.AddMinutes(4),
        Artifact = state is not { } at ? null : new()
        {
            Id = 1, Scope = new("acme", "app", "refs/heads/main", Trust.Protected), Producer = new("r1", "build", 2), Name = name, State = at,
            Reason = at is ArtifactState.Failed ? "the disk\u001b is full" : null, StateSince = Start.AddMinutes(3), CreatedAt = Start, Retention = TimeSpan.FromDays(30), ExpiresAt = null,
            Shareable = true, Pin = null, Content = at is ArtifactState.Ready ? new StoredTree([], default, 0, 0) : null,
        },
    };
}
