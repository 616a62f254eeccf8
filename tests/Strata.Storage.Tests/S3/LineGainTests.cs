using Strata.Storage.S3;

namespace Strata.Storage.Tests.S3;

public sealed class LineGainTests
{
    private const int Mebibyte = 1 << 20;

    private readonly MovedTime _time = new();
    private readonly LineGain _gain;

    public LineGainTests() => _gain = new(_time);

    [Fact]
    public void On_a_full_line_streams_go_one_after_the_other_once_that_was_tried()
    {
        Carry(streams: 1, seconds: 1, mebibytesPerSecond: 20);
        _gain.MayGoBeside.ShouldBeTrue();
        Carry(streams: 3, seconds: 1.1, mebibytesPerSecond: 22);
        _gain.MayGoBeside.ShouldBeFalse();

        for (var i = 0; i < 28; i++)
        {
            Carry(streams: 1, seconds: 1, mebibytesPerSecond: 20);
            _gain.MayGoBeside.ShouldBeFalse();
        }

        Carry(streams: 1, seconds: 3, mebibytesPerSecond: 20);
        _gain.MayGoBeside.ShouldBeTrue(); // lines change
    }

    [Fact]
    public void Where_several_carry_more_they_stay()
    {
        Carry(streams: 1, seconds: 0.2, mebibytesPerSecond: 20);
        for (var i = 0; i < 60; i++)
        {
            Carry(streams: 4, seconds: 1, mebibytesPerSecond: 70);
            _gain.MayGoBeside.ShouldBeTrue();
            Carry(streams: 1, seconds: 0.1, mebibytesPerSecond: 20);
        }
    }

    [Fact]
    public void One_that_stands_still_holds_up_nobody()
    {
        Carry(streams: 1, seconds: 1, mebibytesPerSecond: 20);
        Carry(streams: 2, seconds: 1.1, mebibytesPerSecond: 20);
        _gain.MayGoBeside.ShouldBeFalse();
        _gain.Enter();
        _time.Move(1.5);
        _gain.MayGoBeside.ShouldBeTrue();
    }

    private void Carry(int streams, double seconds, int mebibytesPerSecond)
    {
        for (var i = 0; i < streams; i++)
        {
            _gain.Enter();
        }

        for (var (moved, step) = (0.0, 1.0 / mebibytesPerSecond); moved < seconds; moved += step)
        {
            _time.Move(step);
            _gain.Moved(Mebibyte);
        }

        for (var i = 0; i < streams; i++)
        {
            _gain.Leave();
        }
    }

    private sealed class MovedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Move(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
    }
}
