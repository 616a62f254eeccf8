using Strata.Cli.Output;
using Strata.Execution.Events;

namespace Strata.Cli.Tests;

public sealed class RunDisplayTests
{
    [Fact]
    public void Nothing_is_drawn_while_a_shell_has_the_terminal()
    {
        using var output = new StringWriter();
        var time = new Ticks();
        using var display = new RunDisplay(output, new Terminal(IsLive: true, UseColor: false, Width: 80), time);
        display.On(new JobStarted { At = DateTimeOffset.UnixEpoch, RunId = "1", Job = "build", Image = "tiny" });
        time.Tick();
        output.ToString().ShouldEndWith("build › starting 0 ms");

        display.OnTerminal(true);
        var before = output.ToString();
        before.ShouldEndWith("\r\e[K");
        time.Tick();
        output.ToString().ShouldBe(before);

        display.OnTerminal(false);
        time.Tick();
        output.ToString().ShouldNotBe(before);
    }

    [Theory]
    [InlineData(LogKind.Error, "", "[build]   error: first|[build]   second")]
    [InlineData(LogKind.Error, "file=src/a.c line=3 col=7 title=Oops", "[build]   error: src/a.c:3:7: Oops: first|[build]   second")]
    [InlineData(LogKind.Warning, "file=src/a.c col=7", "[build]   warning: src/a.c: first|[build]   second")]
    [InlineData(LogKind.Notice, "title=Oops line=3", "[build]   notice: Oops: first|[build]   second")]
    [InlineData(LogKind.Debug, "", "[build]   debug: first|[build]   second")]
    [InlineData(LogKind.Progress, "", "[build] first|[build] second")]
    public void Each_line_of_a_message_stands_behind_its_job_and_an_annotation_says_where(LogKind kind, string properties, string expected)
    {
        using var output = new StringWriter();
        using var display = new RunDisplay(output, new Terminal(IsLive: false, UseColor: false, Width: 80), new Ticks());

        display.On(new LogLine
        {
            At = DateTimeOffset.UnixEpoch, RunId = "1", Job = "build", Step = 0, Kind = kind, Text = "first\r\nsecond",
            Properties = properties.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]),
        });

        output.ToString().TrimEnd('\n').Split('\n').ShouldBe(expected.Split('|'));
    }

    [Fact]
    public void What_a_workflow_calls_things_does_not_steer_the_terminal()
    {
        using var output = new StringWriter();
        using var display = new RunDisplay(output, new Terminal(IsLive: false, UseColor: false, Width: 80), new Ticks());
        foreach (var kind in (LogKind[])[LogKind.Progress, LogKind.Warning, LogKind.Error])
        {
            display.On(new LogLine { At = DateTimeOffset.UnixEpoch, RunId = "1", Job = "build", Step = -1, Kind = kind, Text = "key 'a\e]0;x\a'\tkept" });
        }

        display.On(new StepStarted { At = DateTimeOffset.UnixEpoch, RunId = "1", Job = "b\euild", Step = 0, Name = "na\ame" });
        display.On(new LogLine { At = DateTimeOffset.UnixEpoch, RunId = "1", Job = "build", Step = 0, Kind = LogKind.Output, Text = "\e[1mbold" });

        output.ToString().Count(static character => char.IsControl(character) && character is not ('\n' or '\t')).ShouldBe(1);
        output.ToString().ShouldContain("key 'a\ufffd]0;x\ufffd'\tkept");
    }

    /// <summary>Its one timer fires when told to.</summary>
    private sealed class Ticks : TimeProvider
    {
        private TimerCallback? _callback;

        public void Tick() => _callback!(null);

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _callback = callback;
            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
