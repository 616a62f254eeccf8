using Strata.Core;

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
