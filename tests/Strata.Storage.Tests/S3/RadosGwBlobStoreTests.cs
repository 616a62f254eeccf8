using System.Text;
using Strata.Storage.Blobs;
using Strata.Storage.S3;
using Strata.Storage.Tests.Blobs;

namespace Strata.Storage.Tests.S3;

/// <summary>The contract on a real server, with small pages, below a prefix.</summary>
[Collection(RadosGwCollection.Name)]
public sealed class RadosGwBlobStoreTests(RadosGw server) : BlobStoreContract
{
    protected override bool CompleteReplaces => true;

    protected override bool RefusesUnnamedParts => true;

    protected override Task<IBlobStore> OpenAsync() => Task.FromResult<IBlobStore>(Open("some/prefix"));

    [Fact]
    public async Task What_lies_outside_the_prefix_is_not_ours()
    {
        var other = Guid.NewGuid().ToString("n");
        await using var mine = Open($"mine-{other}");
        await using var theirs = Open($"mine-{other}-too");
        await using var all = Open("");
        await mine.PutAsync("a", Some(1), default);
        await theirs.PutAsync("b", Some(1), default);
        var upload = new UploadTarget("c", await theirs.StartUploadAsync("c", default));

        (await mine.ListAsync("", default).ToListAsync()).Select(found => found.Key).ShouldBe(["a"]);
        (await mine.ListUploadsAsync("", default).ToListAsync()).ShouldBeEmpty();
        (await all.ListAsync($"mine-{other}", default).ToListAsync()).Count.ShouldBe(2);
        await theirs.AbortAsync(upload, default);
    }

    [Fact]
    public async Task Wrong_credentials_are_denied_and_not_shown()
    {
        await using var store = Open("", secretKey: "wrong-secret");

        var denied = await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("a", Some(1), default));

        denied.Fault.ShouldBe(BlobFault.Denied);
        denied.IsTransient.ShouldBeFalse();
        denied.ToString().ShouldNotContain("wrong-secret");
        denied.ToString().ShouldNotContain(RadosGw.AccessKey);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_a_refusal_for_every_call()
    {
        var location = (StorageLocation.OfS3)StorageLocation.Parse($"s3://no-such-bucket?endpoint={server.Endpoint}&region=default");
        await using var store = new S3BlobStore(S3Settings.Of(location, Variables(RadosGw.SecretKey)), BlobTimes.Default, TimeProvider.System);

        (await Should.ThrowAsync<BlobStoreException>(() => store.PutAsync("a", Some(1), default))).Fault.ShouldBe(BlobFault.Refused);
        (await Should.ThrowAsync<BlobStoreException>(() => store.StartUploadAsync("a", default))).Fault.ShouldBe(BlobFault.Refused);
        (await Should.ThrowAsync<BlobStoreException>(() => store.ReadAsync("a", 0, new byte[5], default))).Fault.ShouldBe(BlobFault.Refused);
        (await Should.ThrowAsync<BlobStoreException>(async () => await store.ListAsync("", default).ToListAsync())).Fault.ShouldBe(BlobFault.Refused);
    }

    [Fact]
    public async Task A_part_whose_md5_is_wrong_is_not_stored()
    {
        var upload = await StartAsync(Prefix + "md5");

        var fault = await Should.ThrowAsync<BlobStoreException>(() => Store.PutPartAsync(upload, 1, Some(10), Md5(Some(11)), default));

        fault.IsTransient.ShouldBeTrue();
        (await Store.ListPartsAsync(upload, default)).ShouldBeEmpty();
        await Store.AbortAsync(upload, default);
    }

    [Fact]
    public async Task Parts_that_are_too_small_are_refused_when_completed()
    {
        var upload = await StartAsync(Prefix + "small");
        var one = new StoredPart(1, await Store.PutPartAsync(upload, 1, Some(10), null, default), 10);
        var two = new StoredPart(2, await Store.PutPartAsync(upload, 2, Some(10), null, default), 10);

        (await Should.ThrowAsync<BlobStoreException>(() => Store.CompleteAsync(upload, [one, two], default))).Fault.ShouldBe(BlobFault.Refused);

        await Store.AbortAsync(upload, default);
    }

    [Fact]
    public async Task The_bucket_drops_abandoned_uploads_when_asked_and_keeps_the_rules_of_others()
    {
        await using var store = Open("lifecycle/prefix");
        var others = Encoding.UTF8.GetBytes(
            "<LifecycleConfiguration><Rule><ID>theirs</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status>"
            + "<Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>");
        using var sender = new S3Sender(Settings("", RadosGw.SecretKey), BlobTimes.Default, TimeProvider.System);
        await sender.SendAsync(new(HttpMethod.Put, "") { Query = [("lifecycle", "")], Body = others, AnswerWithin = TimeSpan.FromSeconds(10) }, default);

        (await store.FindUploadExpiryAsync(default)).ShouldBeNull();
        await store.SetUploadExpiryAsync(3, default);
        await store.SetUploadExpiryAsync(2, default);

        (await store.FindUploadExpiryAsync(default)).ShouldBe(TimeSpan.FromDays(2));
        await using var elsewhere = Open("other");
        (await elsewhere.FindUploadExpiryAsync(default)).ShouldBeNull();
        var answer = await sender.SendAsync(new(HttpMethod.Get, "") { Query = [("lifecycle", "")], AnswerWithin = TimeSpan.FromSeconds(10) }, default);
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        text.ShouldContain("theirs");
        text.ShouldContain("<Days>30</Days>");
        text.Split("<Rule>").Length.ShouldBe(3);
    }

    [Fact]
    public async Task Storages_of_two_prefixes_keep_each_its_rule_and_a_rule_by_the_old_name_is_taken_over()
    {
        using var sender = new S3Sender(Settings("", RadosGw.SecretKey), BlobTimes.Default, TimeProvider.System);
        var old = Encoding.UTF8.GetBytes(
            "<LifecycleConfiguration><Rule><ID>strata-abandoned-uploads</ID><Filter><Prefix>two/</Prefix></Filter><Status>Enabled</Status>"
            + "<AbortIncompleteMultipartUpload><DaysAfterInitiation>9</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>");
        await sender.SendAsync(new(HttpMethod.Put, "") { Query = [("lifecycle", "")], Body = old, AnswerWithin = TimeSpan.FromSeconds(10) }, default);
        await using var one = Open("one");
        await using var two = Open("two");

        await one.SetUploadExpiryAsync(3, default);
        (await two.FindUploadExpiryAsync(default)).ShouldBe(TimeSpan.FromDays(9));
        await two.SetUploadExpiryAsync(5, default);

        (await one.FindUploadExpiryAsync(default)).ShouldBe(TimeSpan.FromDays(3));
        (await two.FindUploadExpiryAsync(default)).ShouldBe(TimeSpan.FromDays(5));
        var answer = await sender.SendAsync(new(HttpMethod.Get, "") { Query = [("lifecycle", "")], AnswerWithin = TimeSpan.FromSeconds(10) }, default);
        Encoding.UTF8.GetString(answer.Body.Span).Split("<Rule>").Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_bucket_that_was_never_made_is_gone()
    {
        var missing = (StorageLocation.OfS3)StorageLocation.Parse(server.Url().Replace("s3://", "s3://no-such-", StringComparison.Ordinal));
        await using var store = new S3BlobStore(S3Settings.Of(missing, Variables(RadosGw.SecretKey)), BlobTimes.Default, TimeProvider.System);

        (await store.FindPresenceAsync(default)).ShouldBe(StorePresence.Gone);
    }

    [Fact]
    public void It_says_what_it_is_without_credentials() => Store.Description.ShouldBe("s3://strata/some/prefix");

    private static Func<string, string?> Variables(string secretKey) => name => name switch
    {
        "AWS_ACCESS_KEY_ID" => RadosGw.AccessKey,
        "AWS_SECRET_ACCESS_KEY" => secretKey,
        _ => null,
    };

    private S3Settings Settings(string prefix, string secretKey) => S3Settings.Of((StorageLocation.OfS3)StorageLocation.Parse(server.Url(prefix)), Variables(secretKey));

    private S3BlobStore Open(string prefix, string secretKey = RadosGw.SecretKey) =>
        new(Settings(prefix, secretKey), BlobTimes.Default, TimeProvider.System, pageSize: 7);
}
