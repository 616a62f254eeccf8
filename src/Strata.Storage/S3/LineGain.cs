namespace Strata.Storage.S3;

/// <summary>
/// Whether streams side by side carry more than one alone: far away they do, on a line that is simply full they do not. Found out by trying for a moment, and again after a while, as lines change.
/// Safe for concurrent use.
/// </summary>
internal sealed class LineGain(TimeProvider time)
{
    /// <summary>What several must carry of what one does.</summary>
    private const double GainMin = 1.25;

    /// <summary>Of several at once, before they are judged.</summary>
    private const double TrialSeconds = 1;

    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    /// <summary>One that does not move holds up nobody.</summary>
    private static readonly TimeSpan StillMax = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private int _streams;
    private long _countedAt;
    private long _movedAt;
    private long? _refutedAt;
    private Carried _alone;
    private Carried _together;

    /// <summary>Whether one more stream may go beside those that are on their way.</summary>
    public bool MayGoBeside
    {
        get
        {
            lock (_lock)
            {
                Count(0);
                return _refutedAt is not { } at || time.GetElapsedTime(at) > Validity || time.GetElapsedTime(_movedAt) > StillMax;
            }
        }
    }

    public void Enter()
    {
        lock (_lock)
        {
            Count(0);
            _streams++;
            _movedAt = time.GetTimestamp();
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            Count(0);
            _streams--;
        }
    }

    /// <summary>So many bytes have gone.</summary>
    public void Moved(int bytes)
    {
        lock (_lock)
        {
            Count(bytes);
            _movedAt = time.GetTimestamp();
        }
    }

    /// <summary>Time since the last call belongs to as many streams as there were.</summary>
    private void Count(int bytes)
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_countedAt, now).TotalSeconds;
        _countedAt = now;
        if (_streams == 1)
        {
            _alone = _alone.Add(bytes, seconds);
        }
        else if (_streams > 1)
        {
            _together = _together.Add(bytes, seconds);
        }

        if (_together.Seconds < TrialSeconds || _alone.Seconds <= 0)
        {
            return;
        }

        _refutedAt = _together.Rate < _alone.Rate * GainMin ? now : null;
        _together = default;
        _alone = _alone.Halved();
    }

    private readonly record struct Carried(double Bytes, double Seconds)
    {
        public double Rate => Bytes / Seconds;

        public Carried Add(int bytes, double seconds) => new(Bytes + bytes, Seconds + seconds);

        public Carried Halved() => new(Bytes / 2, Seconds / 2);
    }
}
