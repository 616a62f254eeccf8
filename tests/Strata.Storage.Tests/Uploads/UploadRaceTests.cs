using Strata.Core;

namespace Strata.Storage.Tests.Uploads;

public sealed class UploadRaceTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly MemoryObjects _memory = new(UploadBench.PartMin, TimeProvider.System);

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask(); // the runner asks for this one alone

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    /// <summary>A worker that is taken for dead stands still at any call, its lease ends, another finishes; then it goes on.</summary>
    [Theory]
    [InlineData(100_000)]
    [InlineData(1000)]
    public async Task Who_was_taken_for_dead_does_no_harm_when_it_goes_on(int length)
    {
        for (var at = 1; ; at++)
        {
            using var directory = new TemporaryDirectory();
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var content = UploadBench.Content(length, 1);
            var memory = new MemoryObjects(UploadBench.PartMin, TimeProvider.System);
            await using var slow = new UploadBench(
                new ScriptedStore(memory, async (number, _) =>
                {
                    if (number == at)
                    {
                        stopped.SetResult();
                        await goOn.Task;
                    }
                }),
                UploadBench.Small, directory.Path);
            var lease = await slow.AttemptAsync();
            var first = slow.StoreAsync(content, lease.Token);
            if (await Task.WhenAny(stopped.Task, first) == first)
            {
                at.ShouldBeGreaterThan(2);
                return; // it made fewer calls
            }

            await lease.DisposeAsync();
            await using var quick = new UploadBench(memory, UploadBench.Small, directory.Path);
            var second = await quick.AttemptAsync("attempt/run/job/2");
            (await quick.StoreAsync(content, second.Token)).ShouldBeOfType<StoreOutcome.Stored>();
            goOn.SetResult();
            (await first).ShouldBeOfType<StoreOutcome.LeaseLost>();
            (await quick.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1000)]
    public async Task Who_loses_its_lease_at_any_call_makes_nothing_visible(int length)
    {
        var content = UploadBench.Content(length, 1);
        for (var at = 1; ; at++)
        {
            using var directory = new TemporaryDirectory();
            Metadata.Leases.Lease? lease = null;
            var reached = false;
            await using var bench = new UploadBench(
                new ScriptedStore(new MemoryObjects(UploadBench.PartMin, TimeProvider.System), async (number, _) =>
                {
                    if (number == at)
                    {
                        reached = true;
                        await lease!.DisposeAsync();
                    }
                }),
                UploadBench.Small, directory.Path);
            lease = await bench.AttemptAsync();
            var outcome = await bench.StoreAsync(content, lease.Token);
            if (!reached)
            {
                outcome.ShouldBeOfType<StoreOutcome.Stored>();
                return;
            }

            outcome.ShouldBeOfType<StoreOutcome.LeaseLost>();
            (await bench.Acme.FindAsync(Digest.Of(content), CancellationToken.None)).ShouldBeNull();
        }
    }

    [Fact]
    public async Task Two_attempts_at_the_same_blob_leave_one_object()
    {
        using var directory = new TemporaryDirectory();
        await using var one = new UploadBench(_memory, UploadBench.Small, directory.Path);
        await using var two = new UploadBench(_memory, UploadBench.Small, directory.Path);
        var content = UploadBench.Content(300_000, 1);
        var leases = (await one.AttemptAsync("attempt/run/a/1"), await two.AttemptAsync("attempt/run/b/1"));
        var outcomes = await Task.WhenAll(one.StoreAsync(content, leases.Item1.Token, "a"), two.StoreAsync(content, leases.Item2.Token, "b"));
        outcomes.ShouldAllBe(outcome => outcome is StoreOutcome.Stored);
        (await one.ObjectsAsync()).ShouldHaveSingleItem();
        (await one.PendingAsync()).ShouldBeEmpty();
        (await two.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task Parts_of_one_process_that_store_the_same_blob_send_it_once_if_they_may_read_it()
    {
        using var directory = new TemporaryDirectory();
        await using var bench = new UploadBench(_memory, UploadBench.Small, directory.Path);
        var content = UploadBench.Content(300_000, 1);
        var lease = await bench.AttemptAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bench.StoreAsync(content, lease.Token, readable: true)));
        _memory.BytesReceived.ShouldBeLessThan(310_000);
    }
}
