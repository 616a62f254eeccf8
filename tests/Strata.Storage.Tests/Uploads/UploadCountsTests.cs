using Strata.Storage.Blobs;
using Strata.Storage.Garbage;
using Strata.Storage.Objects;

namespace Strata.Storage.Tests.Uploads;

public sealed class UploadCountsTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Length = 100_000;

    private readonly MemoryObjects _memory = new(UploadBench.PartMin, TimeProvider.System);
    private readonly TemporaryDirectory _directory = new();

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask(); // the runner asks for this one alone

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task All_that_was_done_with_a_store_is_counted_once_for_all_processes()
    {
        await using (var none = Open())
        {
            none.Archives.Count().ShouldBe(new StorageCounts(0, 0, 0, 0, 0, 0, 0));
            none.Archives.Count().SuccessRate.ShouldBeNull();
        }

        long sent;
        await using (var good = Open())
        {
            var lease = await good.AttemptAsync();
            sent = (await good.StoreAsync(UploadBench.Content(Length, 1), lease.Token)).ShouldBeOfType<StoreOutcome.Stored>().BytesSent;
            (await good.StoreAsync(UploadBench.Content(Length, 1), lease.Token, readable: true)).ShouldBeOfType<StoreOutcome.AlreadyThere>();
        }

        var calls = 0;
        await using (var bad = Open((_, name) => name == "part" && ++calls > 3 ? throw new BlobStoreException(BlobFault.Unavailable, "made up") : Task.CompletedTask))
        {
            var lease = await bad.AttemptAsync("attempt/run/job/2");
            await Should.ThrowAsync<BlobStoreException>(() => bad.StoreAsync(UploadBench.Content(Length, 2), lease.Token));
        }

        await using var last = Open();
        (await new UploadReaper(last.Archives).RunAsync(TimeSpan.FromHours(-1), CancellationToken.None)).Uploads.ShouldBe(1);
        var counts = last.Archives.Count();
        counts.ShouldBe(new StorageCounts(1, 1, 1, sent, counts.Retries, 0, 1));
        counts.Retries.ShouldBeGreaterThanOrEqualTo(UploadBench.Small.Upload.AttemptsMax!.Value - 1);
        counts.SuccessRate.ShouldBe(0.5);
        counts.ToPrometheus().ShouldContain("strata_uploads_total{outcome=\"failed\"} 1\n");
        counts.ToPrometheus().ShouldContain("strata_uploads_reaped_total 1\n");
    }

    [Fact]
    public async Task Resumed_parts_are_counted()
    {
        var calls = 0;
        await using (var bad = Open((_, name) => name == "complete" && ++calls > 0 ? throw new InvalidOperationException("killed") : Task.CompletedTask))
        {
            var lease = await bad.AttemptAsync();
            await Should.ThrowAsync<InvalidOperationException>(() => bad.StoreAsync(UploadBench.Content(Length, 1), lease.Token));
        }

        await using var good = Open();
        var again = await good.AttemptAsync("attempt/run/job/2");
        var stored = (await good.StoreAsync(UploadBench.Content(Length, 1), again.Token)).ShouldBeOfType<StoreOutcome.Stored>();
        good.Archives.Count().PartsResumed.ShouldBe(stored.PartsResumed);
        stored.PartsResumed.ShouldBe(stored.Parts);
    }

    [Fact]
    public async Task Who_watches_is_told_why_a_call_is_made_again()
    {
        var calls = 0;
        var told = new System.Collections.Concurrent.ConcurrentQueue<UploadProgress>();
        await using var bench = Open((_, name) => name == "part" && ++calls == 1 ? throw new BlobStoreException(BlobFault.Unavailable, "no route to it") : Task.CompletedTask);
        var lease = await bench.AttemptAsync();

        await bench.Acme.StoreAsync(
            UploadBench.Source(UploadBench.Content(Length, 1)), new(lease.Token, "owner", new HashSet<Core.Digest>(), new Told(told)), CancellationToken.None);

        told.Single(progress => progress.Trouble is not null).Trouble.ShouldBe("no route to it");
        told.Last().ShouldSatisfyAllConditions(last => last.Retries.ShouldBe(1), last => last.BytesDone.ShouldBe(Length));
    }

    private UploadBench Open(Func<int, string, Task>? before = null) =>
        new(new ScriptedStore(_memory, before), UploadBench.Small with { PartsInFlight = 1 }, _directory.Path);

    private sealed class Told(System.Collections.Concurrent.ConcurrentQueue<UploadProgress> all) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => all.Enqueue(value);
    }
}
