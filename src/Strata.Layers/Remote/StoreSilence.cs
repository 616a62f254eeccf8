namespace Strata.Layers.Remote;

/// <summary>
/// A store that did not answer is not asked again for a minute by what only saves time: a job of many caches and steps would wait for each. Safe for concurrent use.
/// </summary>
internal sealed class StoreSilence(TimeProvider time)
{
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private Noted? _noted;

    /// <summary>Why it is not asked now. Null: it may be.</summary>
    public string? Reason => _noted is { } noted && time.GetElapsedTime(noted.Since) < Rest ? noted.Why : null;

    /// <returns>What it was given.</returns>
    public string Note(string why)
    {
        _noted = new(time.GetTimestamp(), why);
        return why;
    }

    private sealed record Noted(long Since, string Why);
}
