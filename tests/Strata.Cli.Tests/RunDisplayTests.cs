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
