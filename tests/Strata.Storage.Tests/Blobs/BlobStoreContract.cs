using System.Net;
using System.Security.Cryptography;
using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Blobs;

/// <summary>What every store does. A subclass gives a store that is empty below <see cref="Prefix"/>.</summary>
public abstract class BlobStoreContract : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    /// <summary>Objects of one test lie below it: stores may be shared by tests.</summary>
    protected string Prefix { get; } = $"org/{Guid.NewGuid():n}/";

    protected IBlobStore Store { get; private set; } = null!;

    /// <summary>The store does not look at what is there when it completes an upload (radosgw 16).</summary>
    protected virtual bool CompleteReplaces => false;

    /// <summary>All parts that were sent must be named (radosgw 16).</summary>
    protected virtual bool RefusesUnnamedParts => false;

    protected abstract Task<IBlobStore> OpenAsync();

    /// <summary>Where signed URLs are served.</summary>
    protected virtual Task<Uri> ServedAsync(Uri url) => Task.FromResult(url);

    public virtual async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    [Fact]
    public async Task What_is_put_is_read_back_whole_and_in_ranges()
    {
        var content = Some(100_000);
        (await Store.PutAsync(Prefix + "a", content, default)).ShouldBe(PutOutcome.Stored);

        (await ReadAsync(Prefix + "a", 0, 200_000)).ShouldBe(content);
        (await ReadAsync(Prefix + "a", 1, 10)).ShouldBe(content[1..11]);
        (await ReadAsync(Prefix + "a", 99_999, 1)).ShouldBe(content[99_999..]);
        (await ReadAsync(Prefix + "a", 99_990, 100)).ShouldBe(content[99_990..]);
        (await ReadAsync(Prefix + "a", 100_000, 5)).ShouldBeEmpty();
        (await ReadAsync(Prefix + "a", 100_500, 5)).ShouldBeEmpty();
        (await ReadAsync(Prefix + "a", 7, 0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_that_was_written_to_is_there()
    {
        await Store.PutAsync(Prefix + "a", Some(10), default);

        (await Store.FindPresenceAsync(default)).ShouldBe(StorePresence.There);
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        await Store.PutAsync(Prefix + "empty", default, default);

        (await Store.HeadAsync(Prefix + "empty", default))!.SizeBytes.ShouldBe(0);
        (await ReadAsync(Prefix + "empty", 0, 10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_head_tells_size_digest_and_time()
    {
        var content = Some(1_000);
        await Store.PutAsync(Prefix + "a", content, default);

        var head = await Store.HeadAsync(Prefix + "a", default);

        head!.SizeBytes.ShouldBe(1_000);
        head.ETag.ShouldBe(Md5(content));
        (DateTimeOffset.UtcNow - head.StoredAt).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task What_is_not_there_is_no_head_and_reading_it_is_not_found()
    {
        (await Store.HeadAsync(Prefix + "none", default)).ShouldBeNull();
        (await Should.ThrowAsync<BlobStoreException>(() => ReadAsync(Prefix + "none", 0, 10))).Fault.ShouldBe(BlobFault.NotFound);
        (await Should.ThrowAsync<BlobStoreException>(() => ReadAsync(Prefix + "none", 5, 10))).Fault.ShouldBe(BlobFault.NotFound);
    }

    [Fact]
    public async Task A_second_put_leaves_the_first_alone()
    {
        await Store.PutAsync(Prefix + "a", "first"u8.ToArray(), default);

        (await Store.PutAsync(Prefix + "a", "second"u8.ToArray(), default)).ShouldBe(PutOutcome.Exists);

        (await ReadAsync(Prefix + "a", 0, 100)).ShouldBe("first"u8.ToArray());
    }

    [Fact]
    public async Task Of_many_puts_of_one_key_exactly_one_stores()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Store.PutAsync(Prefix + "race", BitConverter.GetBytes(i), default)));

        outcomes.Count(outcome => outcome == PutOutcome.Stored).ShouldBe(1);
        (await ReadAsync(Prefix + "race", 0, 10)).ShouldBe(BitConverter.GetBytes(Array.IndexOf(outcomes, PutOutcome.Stored)));
    }

    [Fact]
    public async Task An_upload_of_parts_in_any_order_is_one_object()
    {
        var (upload, parts, content) = await UploadedAsync(Prefix + "big");
        (await Store.HeadAsync(Prefix + "big", default)).ShouldBeNull();

        (await Store.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.Completed);

        var head = await Store.HeadAsync(Prefix + "big", default);
        head!.SizeBytes.ShouldBe(content.Length);
        head.ETag.ShouldEndWith("-3");
        (await ReadAsync(Prefix + "big", 0, content.Length + 5)).AsSpan().SequenceEqual(content).ShouldBeTrue(); // quicker than ShouldBe
        var edge = (int)parts[0].SizeBytes;
        (await ReadAsync(Prefix + "big", edge - 3, 6)).ShouldBe(content[(edge - 3)..(edge + 3)]);
        (await ReadAsync(Prefix + "big", edge, (int)parts[1].SizeBytes)).AsSpan().SequenceEqual(content.AsSpan()[edge..^(int)parts[2].SizeBytes]).ShouldBeTrue();
        (await ReadAsync(Prefix + "big", content.Length - 2, 6)).ShouldBe(content[^2..]);
    }

    [Fact]
    public async Task Parts_are_sent_at_the_same_time_while_others_look()
    {
        var upload = await StartAsync(Prefix + "parallel");
        var parts = new StoredPart[24];
        await Parallel.ForEachAsync(Enumerable.Range(0, parts.Length), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, stop) =>
        {
            var content = Some(1_000 + i);
            parts[i] = new(i + 1, await Store.PutPartAsync(upload, i + 1, content, Md5(content), stop), content.Length);
            await Store.ListPartsAsync(upload, stop);
            (await PendingAsync(Prefix)).Count.ShouldBe(1);
        });

        (await Store.ListPartsAsync(upload, default)).ShouldBe(parts);
        await Store.AbortAsync(upload, default);
    }

    [Fact]
    public async Task The_parts_of_an_upload_are_listed_with_size_and_etag()
    {
        var (upload, parts, _) = await UploadedAsync(Prefix + "big");

        (await Store.ListPartsAsync(upload, default)).ShouldBe(parts);
        await Store.AbortAsync(upload, default);
    }

    [Fact]
    public async Task A_part_sent_again_replaces_the_first()
    {
        var upload = await StartAsync(Prefix + "again");
        await Store.PutPartAsync(upload, 1, "one"u8.ToArray(), null, default);
        var etag = await Store.PutPartAsync(upload, 1, "other"u8.ToArray(), Md5("other"u8.ToArray()), default);

        etag.ShouldBe(Md5("other"u8.ToArray()));
        (await Store.ListPartsAsync(upload, default)).ShouldBe([new(1, etag, 5)]);
        (await Store.CompleteAsync(upload, [new(1, etag, 5)], default)).ShouldBe(CompleteOutcome.Completed);
        (await ReadAsync(Prefix + "again", 0, 10)).ShouldBe("other"u8.ToArray());
    }

    [Fact]
    public async Task Parts_that_are_not_named_are_not_in_the_object()
    {
        var upload = await StartAsync(Prefix + "few");
        var etag = await Store.PutPartAsync(upload, 2, "kept"u8.ToArray(), null, default);
        await Store.PutPartAsync(upload, 7, "dropped"u8.ToArray(), null, default);

        (await Store.CompleteAsync(upload, [new(2, etag, 4)], default)).ShouldBe(RefusesUnnamedParts ? CompleteOutcome.StartAgain : CompleteOutcome.Completed);

        if (RefusesUnnamedParts)
        {
            (await Store.HeadAsync(Prefix + "few", default)).ShouldBeNull();
            await Store.AbortAsync(upload, default);
        }
        else
        {
            (await ReadAsync(Prefix + "few", 0, 100)).ShouldBe("kept"u8.ToArray());
        }
    }

    [Fact]
    public async Task Completing_with_a_part_that_is_not_there_or_another_starts_again()
    {
        var upload = await StartAsync(Prefix + "wrong");
        var etag = await Store.PutPartAsync(upload, 1, "one"u8.ToArray(), null, default);

        (await Store.CompleteAsync(upload, [new(1, Md5("two"u8.ToArray()), 3)], default)).ShouldBe(CompleteOutcome.StartAgain);
        (await Store.CompleteAsync(upload, [new(2, etag, 3)], default)).ShouldBe(CompleteOutcome.StartAgain);

        (await Store.HeadAsync(Prefix + "wrong", default)).ShouldBeNull();
        await Store.AbortAsync(upload, default);
    }

    [Fact]
    public async Task Completing_again_when_the_answer_was_lost_is_no_error()
    {
        var (upload, parts, _) = await UploadedAsync(Prefix + "twice");

        (await Store.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.Completed);

        (await Store.CompleteAsync(upload, parts, default)).ShouldBeOneOf(CompleteOutcome.Completed, CompleteOutcome.StartAgain, CompleteOutcome.Exists);
        (await Store.HeadAsync(Prefix + "twice", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_second_upload_of_a_key_is_told_so_where_the_store_looks()
    {
        var (first, firstParts, _) = await UploadedAsync(Prefix + "key");
        var (second, secondParts, _) = await UploadedAsync(Prefix + "key");
        await Store.CompleteAsync(first, firstParts, default);

        (await Store.CompleteAsync(second, secondParts, default)).ShouldBe(CompleteReplaces ? CompleteOutcome.Completed : CompleteOutcome.Exists);

        await Store.AbortAsync(second, default);
    }

    [Fact]
    public async Task An_aborted_upload_is_gone_for_all_calls()
    {
        var (upload, parts, _) = await UploadedAsync(Prefix + "aborted");

        await Store.AbortAsync(upload, default);
        await Store.AbortAsync(upload, default);

        (await Should.ThrowAsync<BlobStoreException>(() => Store.ListPartsAsync(upload, default))).Fault.ShouldBe(BlobFault.NoSuchUpload);
        (await Should.ThrowAsync<BlobStoreException>(() => Store.PutPartAsync(upload, 1, Some(10), null, default))).Fault.ShouldBe(BlobFault.NoSuchUpload);
        (await Store.CompleteAsync(upload, parts, default)).ShouldBe(CompleteOutcome.StartAgain);
        (await PendingAsync(Prefix)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Uploads_are_listed_by_prefix_until_they_end()
    {
        var inside = await StartAsync(Prefix + "x/one");
        var other = await StartAsync(Prefix + "y");
        await Store.PutPartAsync(inside, 1, Some(10), null, default);

        var pending = await PendingAsync(Prefix + "x/");

        pending.Select(found => found.Upload).ShouldBe([inside]);
        (DateTimeOffset.UtcNow - pending[0].StartedAt).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(5));
        await Store.AbortAsync(inside, default);
        (await PendingAsync(Prefix)).Select(found => found.Upload).ShouldBe([other]);
        await Store.AbortAsync(other, default);
    }

    [Fact]
    public async Task Uploads_and_objects_of_several_pages_are_all_listed()
    {
        var uploads = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => StartAsync($"{Prefix}u/{i}")));
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Store.PutAsync($"{Prefix}o/{i}", Some(i), default)));

        (await PendingAsync(Prefix)).Select(found => found.Upload).ShouldBe(uploads, ignoreOrder: true);
        (await ObjectsAsync(Prefix)).Select(found => (found.Key, found.SizeBytes)).ShouldBe(Enumerable.Range(0, 30).Select(i => ($"{Prefix}o/{i}", (long)i)), ignoreOrder: true);
        await Task.WhenAll(uploads.Select(upload => Store.AbortAsync(upload, default)));
    }

    [Fact]
    public async Task Objects_are_listed_by_a_literal_prefix()
    {
        foreach (var key in (string[])["a", "ab/c", "ab.c", "b", "ab/d/e"])
        {
            await Store.PutAsync(Prefix + key, "x"u8.ToArray(), default);
        }

        (await ObjectsAsync(Prefix + "ab")).Select(found => found.Key[Prefix.Length..]).ShouldBe(["ab/c", "ab.c", "ab/d/e"], ignoreOrder: true);
        (await ObjectsAsync(Prefix + "ab/")).Select(found => found.Key[Prefix.Length..]).ShouldBe(["ab/c", "ab/d/e"], ignoreOrder: true);
        (await ObjectsAsync(Prefix + "none/")).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_key_may_be_the_beginning_of_another()
    {
        await Store.PutAsync(Prefix + "a", "1"u8.ToArray(), default);
        await Store.PutAsync(Prefix + "a/b", "2"u8.ToArray(), default);

        (await ReadAsync(Prefix + "a", 0, 1)).ShouldBe("1"u8.ToArray());
        await Store.DeleteAsync(Prefix + "a", default);
        (await ReadAsync(Prefix + "a/b", 0, 1)).ShouldBe("2"u8.ToArray());
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_may_be_deleted_again()
    {
        var (upload, parts, _) = await UploadedAsync(Prefix + "big");
        await Store.CompleteAsync(upload, parts, default);
        await Store.PutAsync(Prefix + "small", Some(5), default);

        foreach (var key in (string[])["big", "small", "big", "never"])
        {
            await Store.DeleteAsync(Prefix + key, default);
        }

        (await Store.HeadAsync(Prefix + "big", default)).ShouldBeNull();
        (await ObjectsAsync(Prefix)).ShouldBeEmpty();
        (await Store.PutAsync(Prefix + "small", Some(6), default)).ShouldBe(PutOutcome.Stored);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("a~")]
    [InlineData("a\n")]
    [InlineData("ä")]
    public async Task Keys_that_are_none_are_a_fault_of_ours(string key)
    {
        await Should.ThrowAsync<ArgumentException>(() => Store.PutAsync(key, default, default));
        await Should.ThrowAsync<ArgumentException>(() => Store.HeadAsync(key, default));
        await Should.ThrowAsync<ArgumentException>(() => Store.StartUploadAsync(key, default));
        Should.Throw<ArgumentException>(() => Store.SignRead(key, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_signed_url_reads_the_object_and_ranges_of_it()
    {
        var content = Some(5_000);
        await Store.PutAsync(Prefix + "a", content, default);
        var url = await ServedAsync(Store.SignRead(Prefix + "a", TimeSpan.FromMinutes(5)));

        (await Http.GetByteArrayAsync(url)).ShouldBe(content);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new(10, 19) } };
        using var answer = await Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(content[10..20]);
    }

    [Fact]
    public async Task A_signed_url_stores_its_part_and_no_other()
    {
        var upload = await StartAsync(Prefix + "signed");
        var url = await ServedAsync(Store.SignPart(upload, 1, TimeSpan.FromMinutes(5)));

        using var answer = await Http.PutAsync(url, new ByteArrayContent(Some(100)));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var other = await Http.PutAsync(new Uri(url.ToString().Replace("artNumber=1", "artNumber=2", StringComparison.Ordinal).Replace("part=1", "part=2", StringComparison.Ordinal)), new ByteArrayContent(Some(100)));
        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var read = await Http.GetAsync(url);
        read.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        (await Store.ListPartsAsync(upload, default)).ShouldBe([new(1, Md5(Some(100)), 100)]);
        await Store.AbortAsync(upload, default);
    }

    [Fact]
    public async Task Cancelling_is_no_fault_of_the_store()
    {
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => Store.PutAsync(Prefix + "a", Some(10), stopped.Token));
    }

    protected static byte[] Some(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

#pragma warning disable CA5351 // S3's ETag
    protected static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    protected async Task<byte[]> ReadAsync(string key, long offset, int length)
    {
        var buffer = new byte[length];
        return buffer[..await Store.ReadAsync(key, offset, buffer, default)];
    }

    protected async Task<UploadTarget> StartAsync(string key) => new(key, await Store.StartUploadAsync(key, default));

    /// <summary>Three parts, sent last to first.</summary>
    protected async Task<(UploadTarget Upload, StoredPart[] Parts, byte[] Content)> UploadedAsync(string key)
    {
        var size = Math.Max(Store.PartSizeMin, 100_000);
        var content = Some((2 * size) + 1_234);
        var upload = await StartAsync(key);
        var parts = new StoredPart[3];
        for (var i = 2; i >= 0; i--)
        {
            var part = content.AsMemory(i * size, Math.Min(size, content.Length - (i * size)));
            parts[i] = new(i + 1, await Store.PutPartAsync(upload, i + 1, part, null, default), part.Length);
        }

        return (upload, parts, content);
    }

    protected async Task<List<PendingUpload>> PendingAsync(string prefix) => await Store.ListUploadsAsync(prefix, default).ToListAsync();

    protected async Task<List<StoredObject>> ObjectsAsync(string prefix) => await Store.ListAsync(prefix, default).ToListAsync();
}
