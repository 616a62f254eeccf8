using Strata.Core;
using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Uploads;

public sealed class UploadTests
{
    private const int Mebibyte = 1 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(8 * Mebibyte)]
    [InlineData((8 * Mebibyte) + 1)]
    [InlineData(37 * Mebibyte)]
    public async Task What_was_stored_is_fetched(int length)
    {
        await using var bench = new UploadBench();
        var lease = await bench.AttemptAsync();
        var content = UploadBench.Content(length, 1);
        var stored = (await bench.StoreAsync(content, lease.Token, stable: length * 9L / 10)).ShouldBeOfType<StoreOutcome.Stored>();
        stored.PartsResumed.ShouldBe(0);
        (await bench.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await bench.PendingAsync()).ShouldBeEmpty();
        (await bench.ObjectsAsync()).ShouldHaveSingleItem().SizeBytes.ShouldBe(stored.BytesSent);
    }

    [Fact]
    public async Task Warming_up_asks_the_store_and_leaves_nothing()
    {
        var calls = new List<string>();
        await using var bench = new UploadBench(new ScriptedStore(new MemoryObjects(UploadBench.PartMin, TimeProvider.System), (_, name) =>
        {
            calls.Add(name);
            return Task.CompletedTask;
        }));

        await bench.Acme.WarmUpAsync(CancellationToken.None);

        calls.ShouldBe(["presence"]);
        (await bench.ObjectsAsync()).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(bench.Directory).ShouldBeEmpty(); // neither a key nor a database
    }

    [Fact]
    public async Task A_store_that_does_not_answer_while_it_is_warmed_up_is_no_failure()
    {
        await using var bench = new UploadBench(new ScriptedStore(
            new MemoryObjects(UploadBench.PartMin, TimeProvider.System), static (_, _) => throw new BlobStoreException(BlobFault.Unavailable, "made up")));

        await bench.Acme.WarmUpAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_blob_that_the_job_may_read_is_not_sent_again_and_one_that_it_may_not_is()
    {
        await using var bench = new UploadBench();
        var lease = await bench.AttemptAsync();
        var content = UploadBench.Content(3 * Mebibyte, 1);
        await bench.StoreAsync(content, lease.Token);
        (await bench.StoreAsync(content, lease.Token, readable: true)).ShouldBeOfType<StoreOutcome.AlreadyThere>();
        var other = await bench.AttemptAsync("attempt/run/other/1");
        (await bench.StoreAsync(content, other.Token, owner: "other")).ShouldBeOfType<StoreOutcome.Stored>().BytesSent.ShouldBeGreaterThan(3 * Mebibyte);
        (await bench.ObjectsAsync()).ShouldHaveSingleItem(); // one copy is kept all the same
    }

    [Fact]
    public async Task Whoever_replaces_a_worker_that_died_between_the_blob_and_its_record_sends_nothing_again()
    {
        await using var bench = new UploadBench();
        var content = UploadBench.Content(3 * Mebibyte, 1);
        var dead = await bench.AttemptAsync();
        await bench.StoreAsync(content, dead.Token);
        await dead.DisposeAsync();
        var lease = await bench.AttemptAsync("attempt/run2/job/1");
        (await bench.StoreAsync(content, lease.Token)).ShouldBeOfType<StoreOutcome.AlreadyThere>();
    }

    [Fact]
    public async Task What_the_store_holds_is_compared_without_reading_all_of_it()
    {
        await using var bench = new UploadBench();
        var lease = await bench.AttemptAsync();
        byte[][] contents = [.. Enumerable.Range(0, 4).Select(seed => UploadBench.Content(3 * Mebibyte, seed))];
        var files = new List<string>();
        foreach (var content in contents)
        {
            await bench.StoreAsync(content, lease.Token, owner: $"owner {files.Count}");
            files.Add((await bench.ObjectsAsync()).Select(o => Path.Combine(bench.Directory, "store", "objects", o.Key + "~")).Except(files).Single());
            (await bench.Acme.CheckAsync(Digest.Of(content), CancellationToken.None)).ShouldBeNull();
        }

        File.Delete(files[0]);
        await File.WriteAllBytesAsync(files[1], (await File.ReadAllBytesAsync(files[1]))[1..]);
        var bytes = await File.ReadAllBytesAsync(files[2]);
        bytes[^40]++; // of the index
        await File.WriteAllBytesAsync(files[2], bytes);

        (await bench.Acme.CheckAsync(Digest.Of(contents[0]), CancellationToken.None)).ShouldBe("its object is gone");
        (await bench.Acme.CheckAsync(Digest.Of(contents[1]), CancellationToken.None)).ShouldNotBeNull();
        (await bench.Acme.CheckAsync(Digest.Of(contents[2]), CancellationToken.None)).ShouldNotBeNull();
        (await bench.Acme.CheckAsync(Digest.Of(contents[3]), CancellationToken.None)).ShouldBeNull();
        (await bench.Acme.CheckAsync(Digest.Of([1]), CancellationToken.None)).ShouldBe("it is not there");
        (await bench.StoreAsync(contents[2], lease.Token, owner: "owner 2")).ShouldBeOfType<StoreOutcome.Stored>(); // doubted from then on
    }

    [Fact]
    public async Task One_organization_does_not_see_anothers_blobs()
    {
        await using var bench = new UploadBench();
        var lease = await bench.AttemptAsync();
        var content = UploadBench.Content(1000, 1);
        await bench.StoreAsync(content, lease.Token);
        (await bench.FetchAsync(Digest.Of(content), "umbrella")).ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_has_lost_its_lease_stores_nothing()
    {
        await using var bench = new UploadBench();
        var lease = await bench.AttemptAsync();
        await lease.DisposeAsync();
        var content = UploadBench.Content(1000, 1);
        (await bench.StoreAsync(content, lease.Token)).ShouldBeOfType<StoreOutcome.LeaseLost>();
        (await bench.FetchAsync(Digest.Of(content))).ShouldBeNull();
        (await bench.ObjectsAsync()).ShouldBeEmpty();
    }
}
