using Strata.Core.Identity;
using Strata.Images.Tests.Records;
using Strata.Runs.Records;
using Strata.Tenancy;

namespace Strata.Runs.Tests.Records;

public sealed class RunRecordsTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualClock _clock = new();
    private readonly RunsBench _bench;

    public RunRecordsTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_run_is_found_as_it_was_started_and_ended()
    {
        var started = _clock.GetUtcNow();
        await using var lease = await _bench.StartAsync("r1", RunsBench.On("refs/pull/7/merge", Trust.Fork));
        var run = (await _bench.Runs.FindAsync("r1", None))!;
        run.ShouldBe(new()
        {
            RunId = "r1", Scope = new("acme", "app", "fork/7/refs/pull/7/merge", Trust.Fork), Commit = new('a', 40), Workflow = "strata.yml", IsDirty = true,
            Status = RunStatus.Running, Reason = null, StartedAt = started, EndedAt = null,
        });
        _clock.Advance(TimeSpan.FromSeconds(90));
        (await _bench.Runs.EndAsync(lease.Token, RunStatus.Failure, "job build failed", None)).ShouldBe(EndOutcome.Recorded);
        (await _bench.Runs.EndAsync(lease.Token, RunStatus.Success, null, None)).ShouldBe(EndOutcome.AlreadyEnded);
        (await _bench.Runs.FindAsync("r1", None)).ShouldBe(run with { Status = RunStatus.Failure, Reason = "job build failed", EndedAt = _clock.GetUtcNow() });
        (await _bench.Runs.FindAsync("r2", None)).ShouldBeNull();
    }

    [Fact]
    public async Task An_id_is_of_one_run()
    {
        var lease = await _bench.StartAsync("r1");
        var again = await _bench.Runs.StartAsync(RunsBench.StartOf("r1", RunsBench.On("refs/heads/other", Trust.Internal)), None);
        again.ShouldBeOfType<RunStarting.Taken>().Run.Scope.ShouldBe(Scope.Of(RunsBench.Main));
        await lease.DisposeAsync();
        (await _bench.Runs.StartAsync(RunsBench.StartOf("r1"), None)).ShouldBeOfType<RunStarting.Taken>();
    }

    [Fact]
    public async Task A_reader_lists_the_runs_of_its_repository_that_it_may_see_newest_first()
    {
        var writers = new Dictionary<string, RunIdentity>
        {
            ["main"] = RunsBench.Main,
            ["feature"] = RunsBench.On("refs/heads/feature", Trust.Internal),
            ["fork"] = RunsBench.On("refs/pull/7/merge", Trust.Fork),
            ["elsewhere"] = RunsBench.Main with { Repository = "other" },
        };
        foreach (var (id, writer) in writers)
        {
            await (await _bench.StartAsync(id, writer)).DisposeAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await IdsAsync(new(RunsBench.Main))).ShouldBe(["main"]);
        (await IdsAsync(new(writers["feature"]))).ShouldBe(["feature", "main"]);
        (await IdsAsync(new(writers["feature"]) { Limit = 1 })).ShouldBe(["feature"]);
        (await IdsAsync(new(writers["feature"]) { Status = RunStatus.Success })).ShouldBeEmpty();
        (await IdsAsync(new(writers["fork"]))).ShouldBe(["fork"]);
    }

    [Fact]
    public async Task An_attempt_has_one_holder_and_once_ended_is_not_run_again()
    {
        await using var run = await _bench.StartAsync("r1");
        var lease = await _bench.AttemptAsync("r1", "build (linux, 1)", 1);
        lease.Token.Name.ShouldBe(new Producer("r1", "build (linux, 1)", 1).LeaseName);
        (await _bench.TryAttemptAsync("r1", "build (linux, 1)", 1)).ShouldBeOfType<AttemptStarting.Held>().Owner.ShouldBe("this process");
        (await _bench.Runs.EndAttemptAsync(lease.Token, RunStatus.Failure, "exit code 1", None)).ShouldBe(EndOutcome.Recorded);
        (await _bench.TryAttemptAsync("r1", "build (linux, 1)", 1)).ShouldBeOfType<AttemptStarting.Held>("it may be saving");
        await lease.DisposeAsync();
        (await _bench.TryAttemptAsync("r1", "build (linux, 1)", 1)).ShouldBeOfType<AttemptStarting.Ended>().Attempt.Status.ShouldBe(RunStatus.Failure);
        await using var second = await _bench.AttemptAsync("r1", "build (linux, 1)", 2);
        (await _bench.Runs.ListAttemptsAsync("r1", None)).Select(attempt => (attempt.Producer.Attempt, attempt.Status, attempt.Reason))
            .ShouldBe([(1, RunStatus.Failure, "exit code 1"), (2, RunStatus.Running, null)]);
    }

    [Fact]
    public async Task There_is_no_attempt_without_its_run()
    {
        (await _bench.TryAttemptAsync("r1", "build", 1)).ShouldBeOfType<AttemptStarting.NoRun>();
        var run = await _bench.StartAsync("r1");
        (await _bench.TryAttemptAsync("r1", "build", 1, RunsBench.On("refs/heads/main", Trust.Internal))).ShouldBeOfType<AttemptStarting.NoRun>("of another scope");
        await _bench.Runs.EndAsync(run.Token, RunStatus.Success, null, None);
        (await _bench.TryAttemptAsync("r1", "build", 1)).ShouldBeOfType<AttemptStarting.NoRun>();
        await run.DisposeAsync();
    }

    [Fact]
    public async Task The_next_start_finds_the_dead_and_what_they_still_write_is_refused()
    {
        var stopped = new ManualClock();
        using var dead = new RunsBench(stopped, _bench.Path); // its clock stands: it renews nothing
        var run = await dead.StartAsync("r1");
        var attempt = await dead.AttemptAsync("r1", "build", 1);
        var ended = await dead.AttemptAsync("r1", "lint", 1);
        await dead.Runs.EndAttemptAsync(ended.Token, RunStatus.Success, null, None);
        (await _bench.Runs.ExpireDeadAsync(None)).Runs.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromSeconds(61));
        await using var alive = await _bench.StartAsync("r2");
        var lost = await _bench.Runs.ExpireDeadAsync(None);
        lost.Runs.ShouldBe(["r1"]);
        lost.Attempts.Select(found => found.Producer).ShouldBe([new("r1", "build", 1)]);
        (await dead.Runs.EndAttemptAsync(attempt.Token, RunStatus.Success, null, None)).ShouldBe(EndOutcome.LeaseLost);
        (await dead.Runs.EndAttemptAsync(ended.Token, RunStatus.Success, null, None)).ShouldBe(EndOutcome.AlreadyEnded);
        (await dead.Runs.EndAsync(run.Token, RunStatus.Success, null, None)).ShouldBe(EndOutcome.LeaseLost);
        (await _bench.Runs.FindAsync("r1", None))!.Status.ShouldBe(RunStatus.Lost);
        (await _bench.Runs.FindAsync("r2", None))!.Status.ShouldBe(RunStatus.Running);
        (await _bench.Runs.ListAttemptsAsync("r1", None)).Select(found => found.Status).ShouldBe([RunStatus.Lost, RunStatus.Success]);
        (await _bench.Runs.ExpireDeadAsync(None)).Runs.ShouldBeEmpty();
        foreach (var lease in (Metadata.Leases.Lease[])[run, attempt, ended])
        {
            await lease.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_attempt_whose_lease_was_released_without_an_end_is_lost_to_who_asks_for_it()
    {
        await using var run = await _bench.StartAsync("r1");
        await (await _bench.AttemptAsync("r1", "build", 1)).DisposeAsync();
        (await _bench.TryAttemptAsync("r1", "build", 1)).ShouldBeOfType<AttemptStarting.Ended>().Attempt.Status.ShouldBe(RunStatus.Lost);
        (await _bench.Runs.ListAttemptsAsync("r1", None)).ShouldHaveSingleItem().Status.ShouldBe(RunStatus.Lost);
    }

    [Fact]
    public async Task An_attempt_that_is_found_lost_can_write_nothing_more()
    {
        await using var run = await _bench.StartAsync("r1");
        using var stopped = new RunsBench(new ManualClock(), _bench.Path); // its clock stands: it renews nothing
        await using var late = await stopped.AttemptAsync("r1", "build", 1);
        late.Token.ShouldSatisfyAllConditions(token => _bench.Database.Read(token.IsHeld).ShouldBeTrue());
        _clock.Advance(TimeSpan.FromSeconds(61));
        (await _bench.TryAttemptAsync("r1", "build", 1)).ShouldBeOfType<AttemptStarting.Ended>().Attempt.Status.ShouldBe(RunStatus.Lost);
        _bench.Database.Read(late.Token.IsHeld).ShouldBeFalse();
        (await stopped.Runs.EndAttemptAsync(late.Token, RunStatus.Success, null, None)).ShouldBe(EndOutcome.LeaseLost);
        await using var next = await _bench.AttemptAsync("r1", "build", 2);
    }

    private async Task<IEnumerable<string>> IdsAsync(RunFilter filter) => (await _bench.Runs.ListAsync(filter, None)).Select(run => run.RunId);
}
