using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Garbage;
using Strata.Storage.Tests.Uploads;

namespace Strata.Storage.Tests.Garbage;

public sealed class GarbageTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Anything = TimeSpan.FromHours(-1);

    private readonly MemoryObjects _memory = new(UploadBench.PartMin, TimeProvider.System);
    private readonly UploadBench _bench;

    public GarbageTests() => _bench = new(_memory, UploadBench.Small);

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask(); // the runner asks for this one alone

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task What_no_record_names_goes_and_the_rest_stays()
    {
        var (named, unnamed) = (UploadBench.Content(50_000, 1), UploadBench.Content(1000, 2));
        await using (var lease = await _bench.AttemptAsync())
        {
            await _bench.StoreAsync(named, lease.Token, "a");
            await _bench.StoreAsync(unnamed, lease.Token, "b");
        }

        var report = await new BlobCollector(_bench.Archives, new TestRoots(Digest.Of(named))).RunAsync(Anything, CancellationToken.None);
        (report.Blobs, report.Kept).ShouldBe((1, 1));
        (await _bench.FetchAsync(Digest.Of(named))).ShouldNotBeNull();
        (await _bench.FetchAsync(Digest.Of(unnamed))).ShouldBeNull();
        (await _bench.ObjectsAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_was_stored_within_the_grace_stays()
    {
        await using (var lease = await _bench.AttemptAsync())
        {
            await _bench.StoreAsync(UploadBench.Content(1000, 2), lease.Token);
        }

        (await new BlobCollector(_bench.Archives, new TestRoots()).RunAsync(BlobCollector.Grace, CancellationToken.None)).Kept.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_attempt_stored_or_found_stays_until_its_lease_ends()
    {
        var content = UploadBench.Content(1000, 2);
        await using (var first = await _bench.AttemptAsync())
        {
            await _bench.StoreAsync(content, first.Token);
        }

        await using (var lease = await _bench.AttemptAsync("attempt/run/job/2"))
        {
            (await _bench.StoreAsync(content, lease.Token, readable: true)).ShouldBeOfType<StoreOutcome.AlreadyThere>();
            (await new BlobCollector(_bench.Archives, new TestRoots()).RunAsync(Anything, CancellationToken.None)).Kept.ShouldBe(1);
        }

        (await new BlobCollector(_bench.Archives, new TestRoots()).RunAsync(Anything, CancellationToken.None)).Blobs.ShouldBe(1);
    }

    /// <summary>An entry may be evicted while a job restores it.</summary>
    [Fact]
    public async Task What_is_being_read_stays_however_long_that_takes()
    {
        var time = new LaterTime();
        await using var bench = new UploadBench(_memory, UploadBench.Small with { ReadsInFlight = 1 }, time: time);
        var content = UploadBench.Content(50_000, 3);
        await using (var lease = await bench.AttemptAsync())
        {
            await bench.StoreAsync(content, lease.Token);
        }

        time.By += TimeSpan.FromDays(1);
        var kept = new List<int>();
        var isThere = await bench.Acme.FetchAsync(
            Digest.Of(content),
            async (_, _, stop) =>
            {
                time.By += TimeSpan.FromMinutes(50);
                kept.Add((await new BlobCollector(bench.Archives, new TestRoots()).RunAsync(BlobCollector.Grace, stop)).Kept);
            },
            null, isNeeded: false, CancellationToken.None);

        isThere.ShouldBeTrue();
        kept.Count.ShouldBeGreaterThan(3);
        kept.ShouldAllBe(static count => count == 1);
        time.By += TimeSpan.FromMinutes(61);
        (await new BlobCollector(bench.Archives, new TestRoots()).RunAsync(BlobCollector.Grace, CancellationToken.None)).Blobs.ShouldBe(1);
        (await bench.FetchAsync(Digest.Of(content))).ShouldBeNull();
    }

    /// <summary>The attempt finds the blob, commits its record and ends, all while the collection has asked for records and not removed anything yet.</summary>
    [Fact]
    public async Task What_is_named_while_the_collection_looks_stays()
    {
        var content = UploadBench.Content(1000, 2);
        await using (var first = await _bench.AttemptAsync())
        {
            await _bench.StoreAsync(content, first.Token);
        }

        var roots = new TestRoots
        {
            OnList = async () =>
            {
                await using var lease = await _bench.AttemptAsync("attempt/run/job/2");
                (await _bench.StoreAsync(content, lease.Token, readable: true)).ShouldBeOfType<StoreOutcome.AlreadyThere>();
            },
        };
        (await new BlobCollector(_bench.Archives, roots).RunAsync(Anything, CancellationToken.None)).Kept.ShouldBe(1);
        (await _bench.FetchAsync(Digest.Of(content))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_blob_that_is_being_removed_is_stored_anew()
    {
        var content = UploadBench.Content(1000, 2);
        await using (var first = await _bench.AttemptAsync())
        {
            await _bench.StoreAsync(content, first.Token);
        }

        await using var broken = new UploadBench(
            new ScriptedStore(_memory, (_, name) => name == "delete" ? throw new BlobStoreException(BlobFault.Denied, "no") : Task.CompletedTask), UploadBench.Small, _bench.Directory);
        await Should.ThrowAsync<BlobStoreException>(() => new BlobCollector(broken.Archives, new TestRoots()).RunAsync(Anything, CancellationToken.None));
        (await _bench.FetchAsync(Digest.Of(content))).ShouldBeNull();
        var lease = await _bench.AttemptAsync("attempt/run/job/2");
        (await _bench.StoreAsync(content, lease.Token, readable: true)).ShouldBeOfType<StoreOutcome.Stored>();
        (await new BlobCollector(_bench.Archives, new TestRoots()).RunAsync(Anything, CancellationToken.None)).Blobs.ShouldBe(1); // the old one
        (await _bench.FetchAsync(Digest.Of(content))).ShouldNotBeNull();
    }

    [Fact]
    public async Task Uploads_of_which_only_the_store_knows_are_ended_and_those_of_others_are_not()
    {
        var lease = await _bench.AttemptAsync();
        await _bench.StoreAsync(UploadBench.Content(1000, 2), lease.Token);
        var ours = (await _bench.ObjectsAsync())[0].Key.Split('/')[0];
        await _memory.StartUploadAsync($"{ours}/acme/x/y", CancellationToken.None);
        await _memory.StartUploadAsync("another-database/acme/x/y", CancellationToken.None);
        (await new UploadReaper(_bench.Archives).RunAsync(UploadReaper.HeartbeatMax, CancellationToken.None)).Uploads.ShouldBe(0);
        (await new UploadReaper(_bench.Archives).RunAsync(Anything, CancellationToken.None)).ShouldBe(new(1, 1));
        (await _bench.PendingAsync()).ShouldHaveSingleItem().Upload.Key.ShouldStartWith("another-database/");
    }

    [Fact]
    public async Task Objects_that_no_record_knows_are_removed_but_only_ours()
    {
        var lease = await _bench.AttemptAsync();
        await _bench.StoreAsync(UploadBench.Content(1000, 2), lease.Token);
        var ours = (await _bench.ObjectsAsync())[0].Key.Split('/')[0];
        await _memory.PutAsync($"{ours}/acme/x/y", new byte[5], CancellationToken.None);
        await _memory.PutAsync("another-database/acme/x/y", new byte[5], CancellationToken.None);
        (await new BlobCollector(_bench.Archives, new TestRoots()).RunAsync(Anything, CancellationToken.None)).Strays.ShouldBe(1);
        (await _bench.ObjectsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Verification_finds_what_is_damaged_and_what_is_gone()
    {
        var lease = await _bench.AttemptAsync();
        var contents = Enumerable.Range(0, 3).Select(i => UploadBench.Content(60_000, i)).ToList();
        foreach (var content in contents)
        {
            await _bench.StoreAsync(content, lease.Token, $"{content[0]}");
        }

        _memory.Damage(key => key.Contains(Digest.Of(contents[1]).Hex, StringComparison.Ordinal));
        var gone = (await _bench.ObjectsAsync()).Single(o => o.Key.Contains(Digest.Of(contents[2]).Hex, StringComparison.Ordinal));
        await _memory.DeleteAsync(gone.Key, CancellationToken.None);
        var quick = await new StorageVerification(_bench.Archives).RunAsync(reads: false, null, CancellationToken.None);
        quick.Problems.ShouldHaveSingleItem().Digest.ShouldBe(Digest.Of(contents[2]));
        var whole = await new StorageVerification(_bench.Archives).RunAsync(reads: true, null, CancellationToken.None);
        whole.Problems.Select(p => p.Digest).ShouldBe([Digest.Of(contents[1]), Digest.Of(contents[2])], ignoreOrder: true);
        foreach (var content in contents)
        {
            await _bench.StoreAsync(content, lease.Token, "again", readable: true); // what is doubted is sent
        }

        (await new StorageVerification(_bench.Archives).RunAsync(reads: true, null, CancellationToken.None)).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_doubt_is_lifted_by_a_whole_read_that_is_clean_unless_the_content_was_doubted()
    {
        var lease = await _bench.AttemptAsync();
        var (away, other) = (UploadBench.Content(60_000, 1), UploadBench.Content(60_000, 2));
        await _bench.StoreAsync(away, lease.Token, "a");
        await _bench.StoreAsync(other, lease.Token, "b");
        await ((BlobArchive)_bench.Acme).RecordDoubtAsync(Digest.Of(away), "its object is gone", CancellationToken.None);
        await _bench.Acme.DoubtAsync(Digest.Of(other), "it is no layer", CancellationToken.None);

        var verification = new StorageVerification(_bench.Archives);
        (await verification.RunAsync(reads: false, null, CancellationToken.None)).Problems.Count.ShouldBe(2);
        (await _bench.Acme.FindAsync(Digest.Of(away), CancellationToken.None))!.IsDoubted.ShouldBeTrue();
        (await verification.RunAsync(reads: true, null, CancellationToken.None)).Problems.ShouldHaveSingleItem().Digest.ShouldBe(Digest.Of(other));
        (await _bench.Acme.FindAsync(Digest.Of(away), CancellationToken.None))!.IsDoubted.ShouldBeFalse();
        (await _bench.Acme.FindAsync(Digest.Of(other), CancellationToken.None))!.IsDoubted.ShouldBeTrue();
    }

    [Theory]
    [InlineData(StorePresence.Gone)]
    [InlineData(StorePresence.New)]
    public async Task Of_a_store_that_is_not_there_nothing_is_taken_for_lost(StorePresence presence)
    {
        var lease = await _bench.AttemptAsync();
        var content = UploadBench.Content(1000, 2);
        await _bench.StoreAsync(content, lease.Token);
        await _memory.DeleteAsync((await _bench.ObjectsAsync())[0].Key, CancellationToken.None);
        _memory.Presence = presence;

        (await Should.ThrowAsync<EnvironmentException>(() => new StorageVerification(_bench.Archives).RunAsync(reads: true, null, CancellationToken.None)))
            .Diagnostic.Code.ShouldBe("STR6204");
        (await _bench.Acme.FindAsync(Digest.Of(content), CancellationToken.None))!.IsDoubted.ShouldBeFalse();
    }

    [Fact]
    public async Task No_stored_object_holds_plaintext()
    {
        var lease = await _bench.AttemptAsync();
        var content = new byte[100_000];
        var marker = "STRATA-PLAINTEXT-MARKER"u8.ToArray();
        for (var at = 0; at + marker.Length < content.Length; at += 1000)
        {
            marker.CopyTo(content.AsSpan(at));
        }

        await _bench.StoreAsync(content, lease.Token);
        foreach (var stored in await _bench.ObjectsAsync())
        {
            var bytes = new byte[stored.SizeBytes];
            await _memory.ReadAsync(stored.Key, 0, bytes, CancellationToken.None);
            bytes.AsSpan().IndexOf(marker.AsSpan(0, 10)).ShouldBe(-1);
            System.Text.Encoding.ASCII.GetString(bytes).ShouldNotContain(Digest.Of(content).Hex);
        }
    }

    private sealed class LaterTime : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(By.TotalSeconds * TimestampFrequency);
    }
}
