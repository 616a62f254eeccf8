using Strata.Core;
using Strata.Storage.Blobs;
using Strata.Storage.FileSystem;
using Strata.Storage.S3;
using Strata.Storage.Signed;
using Strata.Storage.Tests.Blobs;
using Strata.Storage.Tests.Faults;
using Strata.Storage.Tests.FileSystem;
using Strata.Storage.Tests.S3;
using Strata.Storage.Tests.Uploads;

namespace Strata.Storage.Tests.Signed;

/// <summary>The contract, bytes by signed URLs alone, on a real server.</summary>
[Collection(RadosGwCollection.Name)]
public sealed class SignedRadosGwTests(RadosGw server) : BlobStoreContract
{
    protected override bool CompleteReplaces => true;

    protected override bool RefusesUnnamedParts => true;

    protected override Task<IBlobStore> OpenAsync() => Task.FromResult<IBlobStore>(Signed(Open("signed", TimeProvider.System)));

    [Fact]
    public async Task A_blob_is_stored_and_read_though_every_url_has_run_out_once()
    {
        var prefix = $"expired-{Guid.NewGuid():n}";
        await using var early = Open(prefix, new EarlierTime(TimeSpan.FromMinutes(10)));
        var control = Open(prefix, TimeProvider.System);
        var urls = new FirstRunOut(new StoreUrls(early, TimeSpan.FromSeconds(1)), new StoreUrls(control, TimeSpan.FromMinutes(5)));
        await using var bench = new UploadBench(new SignedBlobStore(control, urls, BlobTimes.Default, TimeProvider.System), new() { PieceBytesMin = 2 << 20 });
        var content = UploadBench.Content(14 << 20, 1);

        var stored = (await bench.StoreAsync(content, (await bench.AttemptAsync()).Token)).ShouldBeOfType<StoreOutcome.Stored>();

        (await bench.FetchAsync(Digest.Of(content)))!.AsSpan().SequenceEqual(content).ShouldBeTrue();
        stored.Retries.ShouldBe(0);
        urls.RunOut.ShouldBeGreaterThan(stored.Parts); // of each part, and of what was read
    }

    private S3BlobStore Open(string prefix, TimeProvider time) => new(
        S3Settings.Of(
            (StorageLocation.OfS3)StorageLocation.Parse(server.Url(prefix)),
            static name => name switch { "AWS_ACCESS_KEY_ID" => RadosGw.AccessKey, "AWS_SECRET_ACCESS_KEY" => RadosGw.SecretKey, _ => null }),
        BlobTimes.Default, time, pageSize: 7);

    private static SignedBlobStore Signed(IBlobStore store) => new(store, new StoreUrls(store, TimeSpan.FromMinutes(5)), BlobTimes.Default, TimeProvider.System);

    private sealed class EarlierTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - by;
    }
}

/// <summary>The contract, bytes by signed URLs alone, on the strict double.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class SignedStrictTests : BlobStoreContract
#pragma warning restore CA1001
{
    private StrictS3 _server = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    protected override async Task<IBlobStore> OpenAsync()
    {
        _server = await StrictS3.StartAsync();
        var control = new S3BlobStore(S3Settings.Of((StorageLocation.OfS3)StorageLocation.Parse(_server.Url), StrictS3.Variable), BlobTimes.Default, TimeProvider.System, pageSize: 7);
        return new SignedBlobStore(control, new StoreUrls(control, TimeSpan.FromMinutes(5)), BlobTimes.Default, TimeProvider.System);
    }

    [Fact]
    public async Task Who_is_refused_with_a_fresh_url_too_is_denied()
    {
        var upload = await StartAsync(Prefix + "denied");
        var asked = 0;
        _server.Before = (method, target) => method == "PUT" && target.Contains("X-Amz-Signature", StringComparison.Ordinal) && ++asked > 0 ? new(403, "AccessDenied") : null;

        var denied = await Should.ThrowAsync<BlobStoreException>(() => Store.PutPartAsync(upload, 1, Some(10), null, default));

        denied.Fault.ShouldBe(BlobFault.Denied);
        asked.ShouldBe(2);
        denied.ToString().ShouldNotContain("X-Amz-Signature"); // who reads the log could use it
    }

    [Fact]
    public async Task A_part_that_changed_on_its_way_is_not_stored()
    {
        var upload = await StartAsync(Prefix + "md5");
        _server.Before = (method, target) => method == "PUT" ? new(400, "BadDigest") : null;

        (await Should.ThrowAsync<BlobStoreException>(() => Store.PutPartAsync(upload, 1, Some(10), Md5(Some(11)), default))).IsTransient.ShouldBeTrue();
    }
}

/// <summary>The contract, bytes by signed URLs alone, on a directory that a server serves.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class SignedFilesTests : BlobStoreContract
#pragma warning restore CA1001
{
    private readonly TemporaryDirectory _root = new();
    private SignedFileServer _server = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
        _root.Dispose();
    }

    protected override async Task<IBlobStore> OpenAsync()
    {
        _server = await SignedFileServer.StartAsync();
        var control = new FileBlobStore(_root["store"], TimeProvider.System, _server.Url);
        _server.Serve(control, new SignedFiles(_root["store"], _server.Url, TimeProvider.System));
        return new SignedBlobStore(control, new StoreUrls(control, TimeSpan.FromMinutes(5)), BlobTimes.Default, TimeProvider.System);
    }
}

/// <summary>The first URL of each part and object has run out.</summary>
internal sealed class FirstRunOut(ISignedUrls runOut, ISignedUrls good) : ISignedUrls
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _known = [];

    public int RunOut => _known.Count;

    public ValueTask<Uri> PartAsync(UploadTarget upload, int number, CancellationToken cancellationToken) =>
        (_known.TryAdd($"{upload.UploadId} {number}", true) ? runOut : good).PartAsync(upload, number, cancellationToken);

    public ValueTask<Uri> ReadAsync(string key, CancellationToken cancellationToken) => (_known.TryAdd(key, true) ? runOut : good).ReadAsync(key, cancellationToken);
}
