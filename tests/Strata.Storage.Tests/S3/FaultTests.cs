using Strata.Storage.Blobs;
using Strata.Storage.S3;
using Strata.Storage.Tests.Faults;
using Strata.Storage.Tests.Frames;

namespace Strata.Storage.Tests.S3;

/// <summary>What the network does, with a real server behind it.</summary>
[Collection(RadosGwCollection.Name)]
public sealed class FaultTests(RadosGw server)
{
    private static readonly BlobTimes Quick = new() { Idle = TimeSpan.FromMilliseconds(1_500), Sending = TimeSpan.FromSeconds(1), Answer = TimeSpan.FromSeconds(2), Complete = TimeSpan.FromSeconds(10) };

    private readonly string _prefix = $"faults/{Guid.NewGuid():n}/";

    [Theory]
    [InlineData(Fault.StallAnswer)]
    [InlineData(Fault.ShortAnswer)]
    [InlineData(Fault.Slow)]
    public async Task A_read_goes_on_where_it_was(Fault fault)
    {
        var content = Some(3_000_000);
        await using var direct = Open(server.Endpoint);
        await direct.PutAsync(_prefix + "a", content, default);
        await using var proxy = new FaultProxy(server.Endpoint, request => request.Number <= 3 ? fault : Fault.None);
        await using var store = Open(proxy.Endpoint);

        var read = new byte[content.Length];
        (await store.ReadAsync(_prefix + "a", 0, read, default)).ShouldBe(content.Length);

        read.AsSpan().SequenceEqual(content).ShouldBeTrue();
        proxy.Requests.ShouldBe(fault == Fault.Slow ? 1 : 4);
    }

    [Theory]
    [InlineData(Fault.InternalError, BlobFault.Unavailable)]
    [InlineData(Fault.SlowDown, BlobFault.Throttled)]
    [InlineData(Fault.Forbidden, BlobFault.Denied)]
    [InlineData(Fault.ResetAtStart, BlobFault.Unavailable)]
    [InlineData(Fault.ResetInRequest, BlobFault.Unavailable)]
    [InlineData(Fault.LoseAnswer, BlobFault.Unavailable)]
    [InlineData(Fault.StallRequest, BlobFault.Stalled)]
    [InlineData(Fault.StallAnswer, BlobFault.Stalled)]
    [InlineData(Fault.CorruptRequest, BlobFault.Unavailable)]
    public async Task A_part_that_did_not_arrive_says_why_and_can_be_sent_again(Fault fault, BlobFault expected)
    {
        await using var proxy = new FaultProxy(server.Endpoint, request => request.Target.Contains("partNumber", StringComparison.Ordinal) && request.Number <= 2 ? fault : Fault.None);
        await using var store = Open(proxy.Endpoint);
        var upload = new UploadTarget(_prefix + "a", await store.StartUploadAsync(_prefix + "a", default));
        var content = Some(6_000_000);

        (await Should.ThrowAsync<BlobStoreException>(() => store.PutPartAsync(upload, 1, content, null, default))).Fault.ShouldBe(expected);

        var etag = await store.PutPartAsync(upload, 1, content, null, default);
        (await store.CompleteAsync(upload, [new(1, etag, content.Length)], default)).ShouldBe(CompleteOutcome.Completed);
        (await store.HeadAsync(_prefix + "a", default))!.SizeBytes.ShouldBe(content.Length);
    }

    [Fact]
    public async Task A_store_that_says_nothing_is_stalled_after_two_idle_times()
    {
        await using var proxy = new FaultProxy(server.Endpoint, _ => Fault.StallRequest);
        await using var store = Open(proxy.Endpoint);

        (await Should.ThrowAsync<BlobStoreException>(() => store.ReadAsync(_prefix + "a", 0, new byte[10], default))).Fault.ShouldBe(BlobFault.Stalled);

        proxy.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_unavailable()
    {
        await using var proxy = new FaultProxy(server.Endpoint, _ => Fault.None);
        var gone = proxy.Endpoint;
        await proxy.DisposeAsync();
        await using var store = Open(gone);

        (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync(_prefix + "a", Some(5), default))).Fault.ShouldBe(BlobFault.Unavailable);
        (await Should.ThrowAsync<BlobStoreException>(() => store.ReadAsync(_prefix + "a", 0, new byte[5], default))).Fault.ShouldBe(BlobFault.Unavailable);
        await using var nowhere = Open(new Uri("http://no-such-host.invalid:9000"));
        (await Should.ThrowAsync<BlobStoreException>(() => nowhere.HeadAsync(_prefix + "a", default))).Fault.ShouldBe(BlobFault.Unavailable);
    }

    [Fact]
    public async Task Cancelling_while_it_stalls_is_cancelling()
    {
        await using var proxy = new FaultProxy(server.Endpoint, _ => Fault.StallRequest);
        await using var store = Open(proxy.Endpoint, BlobTimes.Default);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<OperationCanceledException>(() => store.ReadAsync(_prefix + "a", 0, new byte[10], stop.Token));
    }

    [Fact]
    public async Task A_blob_comes_whole_through_whatever_the_network_does()
    {
        await using var direct = Open(server.Endpoint);
        var plain = Some(9_000_000);
        var blob = await SealedBlob.OfAsync(plain, [3_000_000, 6_000_000]);
        await direct.PutAsync(_prefix + "blob", blob.Stored, default);
        var schedules = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 200 : 12;
        Fault[] faults = [Fault.InternalError, Fault.SlowDown, Fault.ResetAtStart, Fault.LoseAnswer, Fault.StallAnswer, Fault.ShortAnswer, Fault.CorruptAnswer, Fault.Slow];
        for (var seed = 0; seed < schedules; seed++)
        {
            await using var proxy = new FaultProxy(server.Endpoint, FaultProxy.Seeded(seed, 30, faults));
            await using var store = Open(proxy.Endpoint, Quick with { Idle = TimeSpan.FromMilliseconds(400) });
            var retry = new Retry(TimeProvider.System, new RetryPolicy(8, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50)));
            try
            {
                using var reader = await BlobReaderOf(store, blob, retry);
                (await SealedBlob.CopyAsync(reader)).AsSpan().SequenceEqual(plain).ShouldBeTrue($"seed {seed}");
            }
            catch (BlobStoreException e)
            {
                e.Fault.ShouldBe(BlobFault.Damaged, $"seed {seed}: {e.Message}"); // corrupt twice at the same place: said, not used
            }
        }
    }

    private Task<Strata.Storage.Frames.BlobReader> BlobReaderOf(S3BlobStore store, SealedBlob blob, Retry retry) =>
        Strata.Storage.Frames.BlobReader.OpenAsync(store, _prefix + "blob", blob.Key, blob.Place, retry, default);

    private static byte[] Some(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static S3BlobStore Open(Uri endpoint, BlobTimes? times = null)
    {
        var location = (StorageLocation.OfS3)StorageLocation.Parse($"s3://{RadosGw.Bucket}?endpoint={endpoint}&region=default");
        return new(S3Settings.Of(location, name => name == "AWS_ACCESS_KEY_ID" ? RadosGw.AccessKey : name == "AWS_SECRET_ACCESS_KEY" ? RadosGw.SecretKey : null), times ?? Quick, TimeProvider.System);
    }
}
