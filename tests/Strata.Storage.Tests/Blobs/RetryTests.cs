using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Blobs;

public sealed class RetryTests
{
    private static readonly RetryPolicy Policy = new(4, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData(BlobFault.Unavailable)]
    [InlineData(BlobFault.Stalled)]
    [InlineData(BlobFault.Throttled)]
    public async Task A_transient_fault_is_tried_again_until_it_works(BlobFault fault)
    {
        var time = new JumpingTime();
        var retry = new Retry(time, Policy);

        (await retry.RunAsync((attempt, _) => attempt < 4 ? throw new BlobStoreException(fault, "x") : Task.FromResult(attempt), default)).ShouldBe(4);

        retry.Retries.ShouldBe(3);
        time.Waited.Count.ShouldBe(3);
        time.Waited.ShouldAllBe(delay => delay >= TimeSpan.FromMilliseconds(50) && delay <= TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public async Task It_gives_up_with_the_last_fault()
    {
        var calls = 0;
        var retry = new Retry(new JumpingTime(), Policy);

        (await Should.ThrowAsync<BlobStoreException>(() => retry.RunAsync<int>((_, _) => throw new BlobStoreException(BlobFault.Unavailable, $"{++calls}"), default))).Message.ShouldBe("4");
    }

    [Theory]
    [InlineData(BlobFault.Denied)]
    [InlineData(BlobFault.Full)]
    [InlineData(BlobFault.NotFound)]
    [InlineData(BlobFault.NoSuchUpload)]
    [InlineData(BlobFault.Damaged)]
    [InlineData(BlobFault.Refused)]
    public async Task What_would_fail_again_is_not_tried_again(BlobFault fault)
    {
        var calls = 0;
        var retry = new Retry(new JumpingTime(), Policy);

        await Should.ThrowAsync<BlobStoreException>(() => retry.RunAsync<int>((_, _) => throw new BlobStoreException(fault, $"{++calls}"), default));

        calls.ShouldBe(1);
    }

    [Fact]
    public async Task All_wait_when_one_is_asked_for_patience_but_not_for_ever()
    {
        var time = new JumpingTime();
        var retry = new Retry(time, Policy);
        await Should.ThrowAsync<BlobStoreException>(() => retry.RunAsync<int>(
            (attempt, _) => throw new BlobStoreException(attempt == 1 ? BlobFault.Throttled : BlobFault.Denied, "x") { RetryAfter = TimeSpan.FromMilliseconds(700) }, default));
        time.Waited.ShouldBe([TimeSpan.FromMilliseconds(700)]);

        await Should.ThrowAsync<BlobStoreException>(() => retry.RunAsync<int>(
            (attempt, _) => throw new BlobStoreException(attempt == 1 ? BlobFault.Throttled : BlobFault.Denied, "x") { RetryAfter = TimeSpan.FromDays(1) }, default));
        time.Waited[^1].ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Its_patience_ends()
    {
        var time = new JumpingTime();
        var retry = new Retry(time, Policy with { AttemptsMax = 100, Patience = TimeSpan.FromSeconds(10) });
        var calls = 0;

        await Should.ThrowAsync<BlobStoreException>(() => retry.RunAsync<int>(
            (_, _) =>
            {
                calls++;
                time.Pass(TimeSpan.FromSeconds(4)); // each takes its time to stall
                throw new BlobStoreException(BlobFault.Stalled, "x");
            },
            default));

        calls.ShouldBe(3);
    }

    [Fact]
    public async Task What_a_job_needs_outlives_a_store_that_is_away_for_a_minute_and_not_one_that_is_for_ever()
    {
        var time = new JumpingTime();
        var start = time.GetUtcNow();
        var upload = new Retry(time, RetryPolicy.Upload);
        await upload.RunAsync(
            (_, _) => time.GetUtcNow() - start < TimeSpan.FromMinutes(1) ? throw new BlobStoreException(BlobFault.Unavailable, "refused") : Task.CompletedTask, default);

        start = time.GetUtcNow();
        await Should.ThrowAsync<BlobStoreException>(() => upload.RunAsync<int>((_, _) => throw new BlobStoreException(BlobFault.Unavailable, "refused"), default));
        (time.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(320));
    }

    [Fact]
    public async Task A_read_that_is_needed_waits_as_long_as_a_store_asks_and_one_that_only_saves_time_does_not()
    {
        foreach (var (policy, waits) in ((RetryPolicy, int)[])[(RetryPolicy.ReadNeeded, 20), (RetryPolicy.Read, 2)])
        {
            var time = new JumpingTime();
            await new Retry(time, policy).RunAsync(
                (attempt, _) => attempt < 2 ? throw new BlobStoreException(BlobFault.Throttled, "x") { RetryAfter = TimeSpan.FromSeconds(20) } : Task.CompletedTask, default);
            time.Waited.ShouldBe([TimeSpan.FromSeconds(waits)]);
        }
    }

    /// <summary>Every wait is over at once, and counted.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public List<TimeSpan> Waited { get; } = [];

        public void Pass(TimeSpan time) => _now += time;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.UtcTicks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waited.Add(dueTime);
            _now += dueTime;
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
