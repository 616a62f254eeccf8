using Strata.Storage.Blobs;
using Strata.Storage.S3;
using Strata.Storage.Tests.Blobs;
using Strata.Storage.Tests.Faults;

namespace Strata.Storage.Tests.S3;

/// <summary>The contract, and what radosgw lacks, on the strict double.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync
public sealed class StrictBlobStoreTests : BlobStoreContract
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
        return Open();
    }

    [Fact]
    public async Task Parts_out_of_order_are_our_fault_before_they_are_sent()
    {
        var (upload, parts, _) = await UploadedAsync("a");

        await Should.ThrowAsync<ArgumentException>(() => Store.CompleteAsync(upload, [parts[1], parts[0], parts[2]], default));
        await Should.ThrowAsync<ArgumentException>(() => Store.CompleteAsync(upload, [], default));
    }

    [Fact]
    public async Task A_conflict_at_the_end_starts_again()
    {
        var (upload, parts, _) = await UploadedAsync("a");
        _server.Before = (method, target) => method == "POST" ? new(409, "ConditionalRequestConflict") : null;

        (await Store.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.StartAgain);
    }

    [Theory]
    [InlineData("InternalError", BlobFault.Unavailable)]
    [InlineData("SlowDown", BlobFault.Throttled)]
    public async Task An_error_that_comes_with_status_200_is_an_error(string code, BlobFault fault)
    {
        var (upload, parts, _) = await UploadedAsync("a");
        _server.Before = (method, target) => method == "POST" ? new(200, code) : null;

        (await Should.ThrowAsync<BlobStoreException>(() => Store.CompleteAsync(upload, parts, default))).Fault.ShouldBe(fault);

        _server.Before = (_, _) => null;
        (await Store.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.Completed);
    }

    [Fact]
    public async Task Patience_asked_for_is_told()
    {
        _server.Before = (_, _) => new(503, "SlowDown", Headers: new() { ["Retry-After"] = "7" });

        var fault = await Should.ThrowAsync<BlobStoreException>(() => Store.HeadAsync("a", default));

        fault.Fault.ShouldBe(BlobFault.Throttled);
        fault.RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData(500, "InternalError", BlobFault.Unavailable)]
    [InlineData(502, "", BlobFault.Unavailable)]
    [InlineData(503, "ServiceUnavailable", BlobFault.Throttled)]
    [InlineData(429, "TooManyRequests", BlobFault.Throttled)]
    [InlineData(400, "RequestTimeout", BlobFault.Unavailable)]
    [InlineData(409, "OperationAborted", BlobFault.Unavailable)]
    [InlineData(403, "AccessDenied", BlobFault.Denied)]
    [InlineData(403, "RequestTimeTooSkewed", BlobFault.Denied)]
    [InlineData(400, "ExpiredToken", BlobFault.Denied)]
    [InlineData(403, "QuotaExceeded", BlobFault.Full)]
    [InlineData(507, "XMinioStorageFull", BlobFault.Full)]
    [InlineData(301, "PermanentRedirect", BlobFault.Refused)]
    [InlineData(400, "EntityTooLarge", BlobFault.Refused)]
    public async Task A_refusal_is_the_fault_it_means(int status, string code, BlobFault fault)
    {
        _server.Before = (_, _) => new(status, code);

        var thrown = await Should.ThrowAsync<BlobStoreException>(() => Store.PutAsync("a", Some(10), default));

        thrown.Fault.ShouldBe(fault);
        thrown.Message.ShouldContain(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        thrown.Message.ShouldNotContain(StrictS3.SecretKey);
    }

    [Fact]
    public async Task A_token_that_ran_out_is_renewed_and_the_call_worth_trying_again()
    {
        var token = "an-old-token";
        await using var store = new S3BlobStore(
            S3Settings.Of((StorageLocation.OfS3)StorageLocation.Parse(_server.Url), name => name == "AWS_SESSION_TOKEN" ? token : StrictS3.Variable(name)),
            BlobTimes.Default, TimeProvider.System);
        (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("a", Some(5), default))).Fault.ShouldBe(BlobFault.Denied);

        token = StrictS3.Token;

        (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("a", Some(5), default))).IsTransient.ShouldBeTrue();
        (await store.PutAsync("a", Some(5), default)).ShouldBe(PutOutcome.Stored);
    }

    [Fact]
    public async Task A_bucket_in_another_region_is_said_with_its_region()
    {
        _server.Before = (_, _) => new(301, "PermanentRedirect", Headers: new() { ["x-amz-bucket-region"] = "eu-north-1" });

        (await Should.ThrowAsync<BlobStoreException>(() => Store.StartUploadAsync("a", default))).Message.ShouldContain("say ?region=eu-north-1");
    }

    [Fact]
    public async Task A_server_without_conditions_is_asked_first_and_told_nothing_of_them()
    {
        var conditions = 0;
        _server.Before = (method, _) => method is "PUT" or "POST" && Interlocked.Increment(ref conditions) == 1 ? new(501, "NotImplemented") : null;

        (await Store.PutAsync("a", "first"u8.ToArray(), default)).ShouldBe(PutOutcome.Stored);
        (await Store.PutAsync("a", "second"u8.ToArray(), default)).ShouldBe(PutOutcome.Exists);

        (await ReadAsync("a", 0, 10)).ShouldBe("first"u8.ToArray());
    }

    [Theory]
    [InlineData("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")]
    [InlineData("<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken></ListBucketResult>")]
    [InlineData("<ListBucketResult><Contents><Key>pre/a</Key><Size>-5</Size></Contents></ListBucketResult>")]
    [InlineData("<Error><Code>InternalError</Code></Error>")]
    [InlineData("<html><body>a proxy")]
    [InlineData("")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult>&b;</ListBucketResult>")]
    public async Task A_list_that_makes_no_sense_ends_and_is_a_fault(string body)
    {
        await using var server = await HostileServer.StartAsync(body);
        await using var store = Open(server.Endpoint);

        (await Should.ThrowAsync<BlobStoreException>(async () => await store.ListAsync("", default).ToListAsync())).Fault.ShouldBe(BlobFault.Unavailable);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_for_ever()
    {
        await using var server = await HostileServer.StartAsync("<ListBucketResult>" + new string(' ', 20 << 20));
        await using var store = Open(server.Endpoint);

        (await Should.ThrowAsync<BlobStoreException>(async () => await store.ListAsync("", default).ToListAsync())).Fault.ShouldBe(BlobFault.Unavailable);
    }

    [Fact]
    public async Task A_server_that_answers_ranges_with_something_else_is_not_believed()
    {
        await using var server = await HostileServer.StartAsync("the whole object, whatever was asked for");
        await using var store = Open(server.Endpoint);

        (await Should.ThrowAsync<BlobStoreException>(() => store.ReadAsync("a", 5, new byte[3], default))).Fault.ShouldBe(BlobFault.Unavailable);
    }

    private S3BlobStore Open(Uri? endpoint = null) => new(
        S3Settings.Of((StorageLocation.OfS3)StorageLocation.Parse(_server.Url.Replace(_server.Endpoint.ToString(), (endpoint ?? _server.Endpoint).ToString(), StringComparison.Ordinal)), StrictS3.Variable),
        BlobTimes.Default, TimeProvider.System, pageSize: 7);
}
