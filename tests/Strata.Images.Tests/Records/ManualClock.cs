namespace Strata.Images.Tests.Records;

/// <summary>A clock that stands until it is moved; its timers run while it is moved.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddYears(56);
    private long _elapsedTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => Interlocked.Read(ref _elapsedTicks);

    /// <summary>As an administrator does: no time passes.</summary>
    public void Set(TimeSpan by) => _now += by;

    public void Advance(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
        {
            var step = left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
            _now += step;
            Interlocked.Add(ref _elapsedTicks, step.Ticks);
            List<ManualTimer> timers;
            lock (_timers)
            {
                timers = [.. _timers];
            }

            timers.ForEach(timer => timer.FireIfDue(GetTimestamp()));
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_timers)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;
        private long _period;

        public void FireIfDue(long now)
        {
            if (now >= _due)
            {
                _due = _period > 0 ? now + _period : long.MaxValue;
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _period = period > TimeSpan.Zero ? period.Ticks : 0;
            _due = dueTime >= TimeSpan.Zero ? clock.GetTimestamp() + dueTime.Ticks : long.MaxValue;
            return true;
        }

        public void Dispose()
        {
            _due = long.MaxValue;
            lock (clock._timers)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
