using Strata.Execution.Artifacts;
using Strata.Execution.Events;
using Strata.Storage;

namespace Strata.Execution.Tests.Artifacts;

public sealed class UploadNarratorTests
{
    private readonly LeapingTime _time = new();
    private readonly List<string> _said = [];
    private readonly UploadNarrator _narrator;

    public UploadNarratorTests() => _narrator = new(
        "dist",
        (kind, text) =>
        {
            kind.ShouldBe(LogKind.Progress);
            _said.Add(text);
            return ValueTask.CompletedTask;
        },
        _time);

    [Fact]
    public void An_upload_that_is_quick_says_nothing()
    {
        _narrator.Report(Progress(10, 1));
        _time.Advance(TimeSpan.FromSeconds(1.9));
        _narrator.Report(Progress(100, 2));

        _said.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_takes_long_says_bytes_rate_parts_and_retries_at_most_every_two_seconds()
    {
        _time.Advance(TimeSpan.FromSeconds(2));
        _narrator.Report(Progress(20_000_000, 2));
        _narrator.Report(Progress(30_000_000, 3));
        _time.Advance(TimeSpan.FromSeconds(1));
        _narrator.Report(Progress(40_000_000, 4));
        _time.Advance(TimeSpan.FromSeconds(1));
        _narrator.Report(Progress(80_000_000, 8) with { PartsResumed = 3, Retries = 1 });

        _said.ShouldBe([
            "'dist': 20 MB of 100 MB, 10 MB/s, 2 parts",
            "'dist': 80 MB of 100 MB, 20 MB/s, 8 parts, 3 were there, 1 retried",
        ]);
    }

    [Fact]
    public void What_keeps_it_from_going_on_is_said_instead()
    {
        _time.Advance(TimeSpan.FromSeconds(3));
        _narrator.Report(Progress(1, 0) with { Retries = 4, Trouble = "503 Slow Down" });

        _said.ShouldBe(["'dist': waits for the storage, tried again (4 times so far): 503 Slow Down"]);
    }

    private static UploadProgress Progress(long bytes, int parts) => new(default, bytes, 100_000_000, parts, 0, 0);
}
