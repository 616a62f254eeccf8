using Strata.Artifacts.Gating;
using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Execution.Artifacts;
using Strata.Execution.Events;

namespace Strata.Execution.Tests.Artifacts;

public sealed class ArtifactWaitingTests
{
    private readonly LeapingTime _time = new();
    private readonly List<string> _said = [];
    private int _asked;

    [Fact]
    public async Task What_is_being_uploaded_is_waited_for_and_each_reason_is_said_once()
    {
        var (found, problem) = await WaitAsync(asked => asked switch { < 5 => ArtifactState.Uploading, < 8 => ArtifactState.Verifying, _ => ArtifactState.Ready });

        problem.ShouldBeNull();
        found.ShouldHaveSingleItem().Artifact!.State.ShouldBe(ArtifactState.Ready);
        _said.ShouldBe([
            "Progress: the artifact dist of job build is uploading since 2026-11-21 11:00:00Z",
            "Progress: the artifact dist of job build is verifying since 2026-11-21 11:00:00Z",
        ]);
    }

    [Fact]
    public async Task The_wait_has_an_end_that_names_the_artifact_its_state_and_since_when()
    {
        var (_, problem) = await WaitAsync(_ => ArtifactState.Uploading);

        problem.ShouldBe("The artifact 'dist' of job build was waited for for 30 m 00 s: it is uploading since 2026-11-21 11:00:00Z.");
        _said[^1].ShouldStartWith("Error: error STR4003: ");
        _asked.ShouldBe(3601, "twice a second");
    }

    [Fact]
    public async Task What_fails_meanwhile_ends_the_wait_at_once()
    {
        var (_, problem) = await WaitAsync(asked => asked < 3 ? ArtifactState.Uploading : ArtifactState.Failed);

        problem.ShouldNotBeNull().ShouldStartWith("The artifact 'dist' of job build cannot be had: it is failed since 2026-11-21 11:00:00Z");
        _asked.ShouldBe(3);
    }

    private Task<(IReadOnlyList<ArtifactNeed> Found, string? Problem)> WaitAsync(Func<int, ArtifactState> stateAt) =>
        new ArtifactWaiting(
            (kind, text) =>
            {
                _said.Add($"{kind}: {text}");
                return ValueTask.CompletedTask;
            },
            _time).WaitAsync(_ => Task.FromResult<IReadOnlyList<ArtifactNeed>>([Need(stateAt(++_asked))]), CancellationToken.None);

    private static ArtifactNeed Need(ArtifactState state) => new()
    {
        Name = "dist", Job = "build", Producer = ProducerState.None,
        Artifact = new()
        {
            Id = 1, Scope = new("acme", "app", "refs/heads/main", Trust.Protected), Producer = new("r1", "build", 1), Name = "dist", State = state, Reason = null,
            StateSince = new(2026, 11, 21, 11, 0, 0, TimeSpan.Zero), CreatedAt = default, Retention = TimeSpan.FromDays(30), ExpiresAt = null, Shareable = true, Pin = null, Content = null,
        },
    };
}
