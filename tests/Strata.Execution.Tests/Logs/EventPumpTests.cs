using System.Threading.Channels;
using Strata.Core.Diagnostics;
using Strata.Execution.Events;

namespace Strata.Execution.Tests.Logs;

public sealed class EventPumpTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task All_that_was_published_before_its_end_is_seen_in_order_however_often_it_is_disposed()
    {
        var observer = new Counting();
        var pump = new EventPump(observer);
        for (var i = 0; i < 5_000; i++)
        {
            await pump.PublishAsync(Numbered(i));
        }

        await pump.DrainAsync();
        observer.Seen.Count.ShouldBe(5_000);
        await pump.PublishAsync(Numbered(5_000));
        await pump.DisposeAsync();
        await pump.DisposeAsync();
        observer.Seen.ShouldBe(Enumerable.Range(0, 5_001).Select(static i => $"{i}"));
    }

    [Fact]
    public async Task Who_publishes_after_its_end_is_told_and_nobody_hangs()
    {
        var pump = new EventPump(new Counting());
        await pump.DisposeAsync();
        await Should.ThrowAsync<ChannelClosedException>(async () => await pump.PublishAsync(Numbered(0)).AsTask().WaitAsync(Long));
        await Should.ThrowAsync<ChannelClosedException>(async () => await pump.DrainAsync().AsTask().WaitAsync(Long));
    }

    [Fact]
    public async Task Those_who_publish_while_it_ends_come_to_an_end_too()
    {
        for (var round = 0; round < 50; round++)
        {
            var pump = new EventPump(new Counting());
            var publishing = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < 1_000; i++)
                {
                    await pump.PublishAsync(Numbered(i));
                    if (i % 100 == 0)
                    {
                        await pump.DrainAsync();
                    }
                }
            })).ToList();
            await pump.DisposeAsync();
            foreach (var task in publishing)
            {
                (await Record.ExceptionAsync(() => task.WaitAsync(Long)))?.ShouldBeOfType<ChannelClosedException>();
            }
        }
    }

    [Fact]
    public async Task What_its_observer_throws_comes_out_at_its_end()
    {
        var pump = new EventPump(new Counting(static () => throw new FormatException("x")));
        await pump.PublishAsync(Numbered(0));
        await pump.PublishAsync(Numbered(1));
        await pump.DrainAsync();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await pump.DisposeAsync())).InnerException.ShouldBeOfType<FormatException>();
    }

    private static Diagnostic Numbered(int i) => new("STR0000", Severity.Warning, $"{i}", null, null);

    private sealed class Counting(Action? then = null) : IRunObserver
    {
        public List<string> Seen { get; } = [];

        public void On(RunEvent e)
        {
        }

        public void On(Diagnostic diagnostic)
        {
            Seen.Add(diagnostic.Message);
            then?.Invoke();
        }
    }
}
