using Strata.Core;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Oci.Tests;

public sealed class DownloadTests
{
    [Fact]
    public async Task A_blob_comes_as_it_is()
    {
        await using var registry = new FakeRegistry();
        using var client = FakeRegistry.Client();
        foreach (var size in (int[])[0, 1, 100_000])
        {
            var content = Bytes(size);
            (await ReadAsync(client, registry, registry.AddBlob(content))).ShouldBe(content);
        }
    }

    [Fact]
    public async Task A_cut_anywhere_is_resumed_where_it_was()
    {
        var random = new Random(7);
        for (var round = 0; round < Soak.Runs(25, 2_000); round++)
        {
            var content = Bytes(random.Next(1, 300_000));
            var ranges = random.Next(2) == 0;
            await using var registry = new FakeRegistry((self, request) =>
            {
                var answer = self.Answer(ranges ? request : request with { Headers = new Dictionary<string, string>() });
                return request.Path.Contains("/blobs/") ? answer with { CutAfter = CutPoint(random, answer.Body.Length) } : answer;
            });
            using var client = FakeRegistry.Client(options: FakeRegistry.Quick with { RetriesMax = 60 });
            (await ReadAsync(client, registry, registry.AddBlob(content))).ShouldBe(content);
            if (registry.Requests.Count > 1)
            {
                registry.Requests[1].Range.ShouldNotBeNull();
            }
        }
    }

    [Fact]
    public async Task A_silence_is_resumed()
    {
        var content = Bytes(200_000);
        var calls = 0;
        await using var registry = new FakeRegistry((self, request) =>
            self.Answer(request) is var answer && calls++ == 0 ? answer with { CutAfter = 70_000, Stalls = true } : answer);
        using var client = FakeRegistry.Client();
        (await ReadAsync(client, registry, registry.AddBlob(content))).ShouldBe(content);
        registry.Requests[1].Range.ShouldBe("bytes=70000-");
        registry.Requests[1].Headers["If-Range"].ShouldBe("\"e\"");
    }

    [Fact]
    public async Task A_server_that_never_gets_further_is_given_up()
    {
        await using var registry = new FakeRegistry((self, request) => self.Answer(request) with { CutAfter = 0 });
        using var client = FakeRegistry.Client();
        var failure = await Should.ThrowAsync<OciException>(() => ReadAsync(client, registry, registry.AddBlob(Bytes(1_000))));
        failure.Failure.ShouldBe(OciFailure.Unavailable);
        failure.Diagnostic.Code.ShouldBe("STR3135");
    }

    [Fact]
    public async Task Another_content_is_never_given_out_whole()
    {
        var content = Bytes(100_000);
        await using var registry = new FakeRegistry();
        using var client = FakeRegistry.Client();
        var blob = registry.AddBlob(content);
        registry.Blobs[blob.Digest] = [.. content[..^1], (byte)(content[^1] ^ 1)];
        await using var stream = await client.OpenBlobAsync(registry.Reference(), blob, default);
        var read = new MemoryStream();
        var failure = await Should.ThrowAsync<OciException>(() => stream.CopyToAsync(read));
        failure.Diagnostic.Code.ShouldBe("STR3137");
        read.Length.ShouldBeLessThan(content.Length);
        stream.IsVerified.ShouldBeFalse();
    }

    [Theory]
    [InlineData(99_999, null)]
    [InlineData(100_001, null)]
    [InlineData(99_999, -1L)]
    [InlineData(100_001, -1L)]
    public async Task Another_size_is_refused(int size, long? declared)
    {
        var content = Bytes(100_000);
        await using var registry = new FakeRegistry((self, request) => request.Range is null
            ? self.Answer(request) with { Body = content.Concat(new byte[] { 1, 2 }).Take(size).ToArray(), DeclaredLength = declared }
            : FakeResponse.Of(416));
        using var client = FakeRegistry.Client();
        var failure = await Should.ThrowAsync<OciException>(() => ReadAsync(client, registry, registry.AddBlob(content)));
        failure.Failure.ShouldBe(OciFailure.InvalidContent);
    }

    [Fact]
    public async Task A_part_that_was_not_asked_for_is_refused()
    {
        var content = Bytes(100_000);
        await using var registry = new FakeRegistry((self, request) => request.Range is null
            ? self.Answer(request) with { CutAfter = 50_000 }
            : new(206, content[..50_000], ("Content-Range", "bytes 0-49999/100000")));
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => ReadAsync(client, registry, registry.AddBlob(content)))).Diagnostic.Code.ShouldBe("STR3137");
    }

    [Fact]
    public async Task Redirects_to_a_storage_host_get_no_credentials()
    {
        var content = Bytes(50_000);
        await using var storage = new FakeServer(request => new(200, content));
        await using var registry = new FakeRegistry((self, request) =>
            request.Authorization is null ? FakeResponse.Of(401, ("WWW-Authenticate", "Basic realm=\"x\""))
            : request.Path.Contains("/blobs/") ? FakeResponse.Of(307, ("Location", $"http://{storage.Host}/signed?x=1%2F2"))
            : null);
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")));
        (await ReadAsync(client, registry, registry.AddBlob(content))).ShouldBe(content);
        var request = storage.Requests.ShouldHaveSingleItem();
        request.Authorization.ShouldBeNull();
        request.Target.ShouldBe("/signed?x=1%2F2");
        registry.Requests[1].Authorization.ShouldStartWith("Basic ");
    }

    [Theory]
    [InlineData("http://192.0.2.1/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@127.0.0.1/x")]
    public async Task Redirects_away_from_https_are_not_followed(string location)
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Of(302, ("Location", location)));
        using var client = FakeRegistry.Client();
        var failure = await Should.ThrowAsync<OciException>(() => ReadAsync(client, registry, registry.AddBlob(Bytes(10))));
        failure.Diagnostic.Code.ShouldBe("STR3141");
        failure.Diagnostic.ToString().ShouldNotContain("password@");
    }

    [Fact]
    public async Task Redirects_in_a_circle_end()
    {
        await using var registry = new FakeRegistry((self, request) => FakeResponse.Of(302, ("Location", request.Path)));
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => ReadAsync(client, registry, registry.AddBlob(Bytes(10))))).Diagnostic.Code.ShouldBe("STR3136");
    }

    [Fact]
    public async Task A_reader_that_stops_early_can_still_have_the_rest_checked()
    {
        var content = Bytes(10_000);
        await using var registry = new FakeRegistry();
        using var client = FakeRegistry.Client();
        await using var stream = await client.OpenBlobAsync(registry.Reference(), registry.AddBlob(content), default);
        await stream.ReadExactlyAsync(new byte[100]);
        stream.IsVerified.ShouldBeFalse();
        await stream.DrainAsync(default);
        stream.IsVerified.ShouldBeTrue();
    }

    [Fact]
    public async Task Cancelling_ends_a_silent_read()
    {
        await using var registry = new FakeRegistry((self, request) => self.Answer(request) with { CutAfter = 10, Stalls = true });
        using var client = FakeRegistry.Client(options: FakeRegistry.Quick with { IdleTimeout = TimeSpan.FromMinutes(10) });
        await using var stream = await client.OpenBlobAsync(registry.Reference(), registry.AddBlob(Bytes(1_000)), default);
        await stream.ReadExactlyAsync(new byte[10]);
        using var cancel = new CancellationTokenSource();
        var read = stream.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task Many_blobs_at_once_share_one_client()
    {
        await using var registry = new FakeRegistry();
        using var client = FakeRegistry.Client();
        var contents = Enumerable.Range(1, 20).Select(i => Bytes(i * 3_000, i)).ToList();
        var blobs = contents.ConvertAll(content => registry.AddBlob(content));
        var read = await Task.WhenAll(blobs.Select(blob => ReadAsync(client, registry, blob)));
        read.ShouldBe(contents);
    }

    [Fact]
    public async Task A_verifying_stream_never_gives_more_than_the_size()
    {
        var content = Bytes(1_000);
        var stream = new VerifyingStream(new MemoryStream([.. content, 9, 9]), Descriptor.Of("x", content), "it");
        var read = new MemoryStream();
        (await Should.ThrowAsync<OciException>(() => stream.CopyToAsync(read))).Message.ShouldContain("longer than 1000");
        read.Length.ShouldBe(0);
        var reader = new byte[5_000];
        stream = new VerifyingStream(new MemoryStream(content), Descriptor.Of("x", content), "it");
        (await stream.ReadAsync(reader)).ShouldBe(1_000);
        (await stream.ReadAsync(reader)).ShouldBe(0);
        stream.IsVerified.ShouldBeTrue();
    }

    private static int? CutPoint(Random random, int length)
    {
        lock (random)
        {
            return random.Next(3) == 0 ? null : random.Next(length / 8, length);
        }
    }

    private static async Task<byte[]> ReadAsync(Registries.RegistryClient client, FakeRegistry registry, Descriptor blob)
    {
        await using var stream = await client.OpenBlobAsync(registry.Reference(), blob, default);
        var read = new MemoryStream();
        await stream.CopyToAsync(read);
        stream.IsVerified.ShouldBeTrue();
        return read.ToArray();
    }

    internal static byte[] Bytes(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
