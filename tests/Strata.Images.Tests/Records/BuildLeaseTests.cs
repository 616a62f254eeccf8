using Strata.Core;
using Strata.Images.Records;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

public sealed class BuildLeaseTests : IDisposable
{
    private static readonly Digest Key = RecordsBench.Key("a");
    private static readonly Scope Main = Scope.Of(RecordsBench.Main);

    private readonly ManualClock _clock = new();
    private readonly RecordsBench _bench;
    private readonly RecordsBench _other;

    public BuildLeaseTests()
    {
        _bench = new(_clock);
        _other = new(_clock, _bench.Directory);
    }

    public void Dispose()
    {
        _other.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task Others_are_told_who_builds_since_when_and_where_to_read_along()
    {
        var since = _clock.GetUtcNow();
        await using var lease = await _bench.AcquireAsync(Key, Main);
        (await TryAsync(_other)).ShouldBe(new LeaseAttempt.Held("run-1, job build", since, since, "/log"));
        (await TryAsync(_bench)).ShouldBe(new LeaseAttempt.Held("run-1, job build", since, since, "/log"));
    }

    [Fact]
    public async Task Another_scope_or_key_is_another_lease()
    {
        await using var one = await _bench.AcquireAsync(Key, Main);
        await using var two = await _other.AcquireAsync(Key, Scope.Of(RecordsBench.Feature));
        await using var three = await _other.AcquireAsync(RecordsBench.Key("b"), Main);
        new[] { one.Token, two.Token, three.Token }.ShouldBeUnique();
    }

    [Fact]
    public async Task A_released_lease_is_free_and_its_token_never_comes_again()
    {
        var first = await _bench.AcquireAsync(Key, Main);
        await first.DisposeAsync();
        await first.DisposeAsync();
        await using var second = await _other.AcquireAsync(Key, Main);
        second.Token.Number.ShouldBeGreaterThan(first.Token.Number);
        first.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_builder_that_lives_keeps_its_lease()
    {
        await using var lease = await _bench.AcquireAsync(Key, Main);
        for (var i = 0; i < 12; i++)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(2), _bench);
            (await TryAsync(_other)).ShouldBeOfType<LeaseAttempt.Held>();
        }

        lease.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_dead_builder_is_taken_over_and_what_it_publishes_later_is_refused()
    {
        await using var dead = await _bench.AcquireAsync(Key, Main);
        _clock.Set(TimeSpan.FromSeconds(9)); // no time passes for its timer: it stands still
        (await TryAsync(_other)).ShouldBeOfType<LeaseAttempt.Held>();
        _clock.Set(TimeSpan.FromSeconds(1));
        await using var taken = await _other.AcquireAsync(Key, Main);
        taken.Token.Number.ShouldBeGreaterThan(dead.Token.Number);
        (await _bench.Records.PublishAsync(_bench.Record("a", RecordsBench.Main), dead, false, CancellationToken.None)).ShouldBeOfType<PublishOutcome.LeaseLost>();
        (await _other.Records.PublishAsync(_bench.Record("a", RecordsBench.Main), taken, false, CancellationToken.None)).ShouldBeOfType<PublishOutcome.Published>();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await WaitForAsync(dead.Lost);
        taken.Lost.IsCancellationRequested.ShouldBeFalse();
        await dead.DisposeAsync();
        (await TryAsync(_bench)).ShouldBeOfType<LeaseAttempt.Held>(); // it has released nothing of the other's
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_is_lost()
    {
        var lease = await _bench.AcquireAsync(Key, Main);
        await _other.Database.WriteAsync(
            sql =>
            {
                for (var i = 0; i < 600 && !lease.Lost.IsCancellationRequested; i++)
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    lease.Lost.WaitHandle.WaitOne(50); // its heartbeat comes to nothing meanwhile
                }

                return true;
            },
            CancellationToken.None);
        lease.Lost.IsCancellationRequested.ShouldBeTrue();
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_clock_that_was_set_back_blocks_nobody()
    {
        await using var dead = await _bench.AcquireAsync(Key, Main);
        _clock.Set(TimeSpan.FromDays(-365));
        await using var taken = await _other.AcquireAsync(Key, Main);
        taken.Token.Number.ShouldBeGreaterThan(dead.Token.Number);
    }

    [Fact]
    public async Task What_dead_builders_left_is_removed_in_the_end()
    {
        await using var dead = await _bench.AcquireAsync(Key, Main);
        _clock.Set(TimeSpan.FromDays(2));
        await using var next = await _other.AcquireAsync(RecordsBench.Key("b"), Main);
        _other.Database.Read(sql =>
        {
            using var rows = sql.Query("SELECT count(*) FROM lease");
            return rows.Read() ? rows.Integer(0) : -1;
        }).ShouldBe(1);
    }

    private static async Task<LeaseAttempt> TryAsync(RecordsBench bench) => await bench.Leases.TryAcquireAsync(Main, Key, "run-2", "/log2", CancellationToken.None);

    /// <summary>And lets the heartbeat that is due do its work.</summary>
    private async Task AdvanceAsync(TimeSpan time, RecordsBench bench)
    {
        var before = ExpiresAt(bench);
        _clock.Advance(time);
        for (var i = 0; i < 500 && ExpiresAt(bench) == before; i++)
        {
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private static long ExpiresAt(RecordsBench bench) => bench.Database.Read(sql =>
    {
        using var rows = sql.Query("SELECT expires_at FROM lease");
        return rows.Read() ? rows.Integer(0) : 0;
    });

    private static async Task WaitForAsync(CancellationToken token)
    {
        for (var i = 0; i < 500 && !token.IsCancellationRequested; i++)
        {
            await Task.Delay(10, CancellationToken.None);
        }

        token.IsCancellationRequested.ShouldBeTrue();
    }
}
