using Strata.Core;
using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Uploads;

/// <summary>A worker dies, another with an empty disk has run the job again.</summary>
public sealed class UploadResumeTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Length = 400_000;
    private const int Stable = 370_000;
    private const int PartSent = UploadBench.Piece + 40; // a frame's nonce and tag, and a bit

    private readonly MemoryObjects _memory = new(UploadBench.PartMin, TimeProvider.System);

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask(); // the runner asks for this one alone

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    [Fact]
    public async Task The_same_blob_is_gone_on_with()
    {
        using var directory = new TemporaryDirectory();
        await DieAsync(directory.Path, Content());
        var before = _memory.BytesReceived;
        before.ShouldBeInRange(Length * 4 / 10, Length * 6 / 10);
        var stored = await StoreAsync(directory.Path, Content());
        stored.PartsResumed.ShouldBeGreaterThan(stored.Parts * 4 / 10);
        _memory.BytesReceived.ShouldBeLessThanOrEqualTo(Length + (stored.Parts * 100) + PartSent); // nothing that came in whole is sent again
        (stored.BytesSent + before).ShouldBeGreaterThan(Length);
    }

    [Fact]
    public async Task Of_a_blob_with_other_times_only_what_differs_is_sent()
    {
        using var directory = new TemporaryDirectory();
        await DieAsync(directory.Path, Content(), atPart: 1000);
        var content = Content();
        content.AsSpan(Stable).Fill(7);
        content[10]++;
        var stored = await StoreAsync(directory.Path, content);
        stored.BytesSent.ShouldBeLessThan(Length - Stable + (3 * PartSent) + 5000);
        stored.PartsResumed.ShouldBe((Stable / UploadBench.Piece) - 1); // the first has changed; what is left of the stable bytes is too small for a part
        (await FetchAsync(directory.Path, content)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_upload_that_was_only_not_made_visible_is_not_sent_again()
    {
        using var directory = new TemporaryDirectory();
        await DieAsync(directory.Path, Content(), afterComplete: true);
        (await StoreAsync(directory.Path, Content())).BytesSent.ShouldBe(0);
        (await FetchAsync(directory.Path, Content())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_small_blob_that_was_only_not_made_visible_is_not_sent_again()
    {
        using var directory = new TemporaryDirectory();
        var content = UploadBench.Content(1000, 3);
        await DieAsync(directory.Path, content, afterComplete: true);
        (await StoreAsync(directory.Path, content)).BytesSent.ShouldBe(0);
        (await FetchAsync(directory.Path, content)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_upload_that_the_store_has_thrown_away_is_begun_again()
    {
        using var directory = new TemporaryDirectory();
        await DieAsync(directory.Path, Content());
        await using (var bench = new UploadBench(_memory, UploadBench.Small, directory.Path))
        {
            await _memory.AbortAsync((await bench.PendingAsync()).ShouldHaveSingleItem().Upload, CancellationToken.None);
        }

        (await StoreAsync(directory.Path, Content())).PartsResumed.ShouldBe(0);
        (await FetchAsync(directory.Path, Content())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_part_that_is_not_as_recorded_is_sent_again()
    {
        using var directory = new TemporaryDirectory();
        await DieAsync(directory.Path, Content());
        await using (var bench = new UploadBench(_memory, UploadBench.Small, directory.Path))
        {
            await _memory.PutPartAsync((await bench.PendingAsync()).ShouldHaveSingleItem().Upload, 3, new byte[UploadBench.Piece], null, CancellationToken.None);
        }

        var stored = await StoreAsync(directory.Path, Content());
        stored.PartsResumed.ShouldBeGreaterThan(stored.Parts / 4);
        (await FetchAsync(directory.Path, Content())).ShouldBeTrue();
    }

    /// <summary>All of one blob was sent, then of another, different in the middle alone, only that part: the last part has an index of parts that are no longer there.</summary>
    [Fact]
    public async Task An_index_of_parts_that_were_replaced_is_not_used()
    {
        using var directory = new TemporaryDirectory();
        var content = Content();
        await DieAsync(directory.Path, content, atPart: 1000);
        content[Length / 2]++;
        await DieAsync(directory.Path, content, atPart: 1, inFlight: 1);
        await StoreAsync(directory.Path, content);
        (await FetchAsync(directory.Path, content)).ShouldBeTrue();
    }

    [Fact]
    public async Task Parts_that_shrink_are_put_together_so_that_each_is_large_enough()
    {
        using var directory = new TemporaryDirectory();
        var content = new byte[Length];
        for (var i = 0; i < Length; i += 16)
        {
            content[i] = (byte)(i * 7919 >> 8); // shrinks to a tenth or so
        }

        await DieAsync(directory.Path, content, atPart: 3);
        var stored = await StoreAsync(directory.Path, content);
        stored.Parts.ShouldBeLessThan(Length / UploadBench.Piece / 2);
        (await FetchAsync(directory.Path, content)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_uploads_came_to_is_counted()
    {
        var counted = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        using var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "Strata.Storage")
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counted.AddOrUpdate(tags.Length > 0 ? $"{instrument.Name} {tags[0].Value}" : instrument.Name, value, (_, known) => known + value));
        listener.Start();
        using var directory = new TemporaryDirectory();
        await DieAsync(directory.Path, Content());
        var stored = await StoreAsync(directory.Path, Content());
        counted["strata_uploads_total stored"].ShouldBeGreaterThanOrEqualTo(1);
        counted["strata_upload_bytes_total"].ShouldBeGreaterThanOrEqualTo(stored.BytesSent);
        counted["strata_upload_parts_resumed_total"].ShouldBeGreaterThanOrEqualTo(stored.PartsResumed);
    }

    private static byte[] Content() => UploadBench.Content(Length, 1);

    private async Task DieAsync(string directory, byte[] content, int atPart = 25, bool afterComplete = false, int inFlight = 4)
    {
        var parts = 0;
        var died = false;
        Task Before(int number, string name)
        {
            died |= name == "part" && Interlocked.Increment(ref parts) > atPart;
            died |= atPart == 1000 && !afterComplete && name == "complete";
            return died ? throw new InvalidOperationException("killed") : Task.CompletedTask;
        }

        Task After(int number, string name)
        {
            died |= afterComplete && name is "complete" or "put";
            return died ? throw new InvalidOperationException("killed") : Task.CompletedTask;
        }

        await using var bench = new UploadBench(new ScriptedStore(_memory, Before, After), UploadBench.Small with { PartsInFlight = inFlight }, directory);
        atPart = afterComplete ? 1000 : atPart;
        var lease = await bench.AttemptAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => bench.StoreAsync(content, lease.Token, stable: Stable));
    }

    private async Task<StoreOutcome.Stored> StoreAsync(string directory, byte[] content)
    {
        await using var bench = new UploadBench(_memory, UploadBench.Small, directory);
        var lease = await bench.AttemptAsync("attempt/run/job/2");
        return (await bench.StoreAsync(content, lease.Token, stable: Stable)).ShouldBeOfType<StoreOutcome.Stored>();
    }

    private async Task<bool> FetchAsync(string directory, byte[] content)
    {
        await using var bench = new UploadBench(_memory, UploadBench.Small, directory);
        return (await bench.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content);
    }
}
