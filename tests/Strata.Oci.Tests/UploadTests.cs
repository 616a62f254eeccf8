using System.Globalization;
using Strata.Core;
using Strata.Oci.Content;
using Strata.Oci.Registries;

namespace Strata.Oci.Tests;

/// <summary>Uploads to a registry that loses connections, forgets, and lies about nothing else.</summary>
public sealed class UploadTests
{
    private static readonly RegistryOptions Patching = FakeRegistry.Quick with { MonolithicBytesMax = 10 };

    [Theory]
    [InlineData(null)]
    [InlineData(7_000)]
    public async Task A_cut_upload_goes_on_where_the_registry_stopped(int? chunk)
    {
        var uploads = new Uploads { CutFirstPatchAt = 20_000 };
        await using var registry = new FakeServer(uploads.Answer);
        using var client = FakeRegistry.Client(options: Patching with { UploadChunkBytes = chunk });
        var blob = BlobSource.Of("x/y", DownloadTests.Bytes(50_000));
        (await client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), blob, null, default)).ShouldBe(PushOutcome.Uploaded);
        uploads.Stored.ShouldContain(blob.Descriptor.Digest);
        if (chunk is null)
        {
            registry.Requests.Where(request => request.Method == "PATCH").Select(request => request.Headers["Content-Range"]).ShouldBe(["0-49999", "20000-49999"]);
        }
    }

    [Fact]
    public async Task An_upload_the_registry_forgot_is_begun_again()
    {
        var uploads = new Uploads { CutFirstPatchAt = 20_000, ForgetsAfterCut = true };
        await using var registry = new FakeServer(uploads.Answer);
        using var client = FakeRegistry.Client(options: Patching);
        var blob = BlobSource.Of("x/y", DownloadTests.Bytes(50_000));
        (await client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), blob, null, default)).ShouldBe(PushOutcome.Uploaded);
        registry.Requests.Count(request => request.Method == "POST").ShouldBe(2);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task A_lost_answer_to_the_last_request_is_no_failure(int monolithic)
    {
        var uploads = new Uploads { LosesFirstPutAnswer = true };
        await using var registry = new FakeServer(uploads.Answer);
        using var client = FakeRegistry.Client(options: Patching with { MonolithicBytesMax = monolithic });
        var blob = BlobSource.Of("x/y", DownloadTests.Bytes(50_000));
        (await client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), blob, null, default)).ShouldBe(PushOutcome.Uploaded);
        registry.Requests.Count(request => request.Method == "PUT").ShouldBe(1);
    }

    [Fact]
    public async Task An_address_on_another_host_gets_no_credentials()
    {
        await using var storage = new FakeServer(_ => FakeResponse.Of(201));
        await using var registry = new FakeServer(request =>
            request.Authorization is null ? FakeResponse.Of(401, ("WWW-Authenticate", "Basic realm=\"x\""))
            : request.Method == "POST" ? FakeResponse.Of(202, ("Location", $"http://{storage.Host}/put?signature=1")) : FakeResponse.Of(404));
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")));
        var blob = BlobSource.Of("x/y", DownloadTests.Bytes(50));
        await client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), blob, null, default);
        var put = storage.Requests.ShouldHaveSingleItem();
        put.Authorization.ShouldBeNull();
        put.Query.ShouldBe($"signature=1&digest={blob.Descriptor.Digest}");
        put.Body.ShouldBe(DownloadTests.Bytes(50));
    }

    [Fact]
    public async Task A_challenge_from_another_host_gets_no_answer()
    {
        await using var tokens = new FakeServer(_ => FakeResponse.Json(200, """{"token":"T"}"""));
        await using var storage = new FakeServer(_ => FakeResponse.Of(401, ("WWW-Authenticate", $"Bearer realm=\"http://{tokens.Host}/\"")));
        await using var registry = new FakeServer(request => request.Method == "POST" ? FakeResponse.Of(202, ("Location", $"http://{storage.Host}/put")) : FakeResponse.Of(404));
        using var client = FakeRegistry.Client(new FixedCredentials(new("user", "password")), FakeRegistry.Quick with { RetriesMax = 1 });
        var push = () => client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), BlobSource.Of("x/y", DownloadTests.Bytes(50)), null, default);
        (await Should.ThrowAsync<OciException>(push)).Failure.ShouldBe(OciFailure.Unauthorized);
        tokens.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_without_encryption_elsewhere_is_refused()
    {
        await using var registry = new FakeServer(request =>
            request.Method == "POST" ? FakeResponse.Of(202, ("Location", "http://192.0.2.1/put")) : FakeResponse.Of(404));
        using var client = FakeRegistry.Client();
        var push = () => client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), BlobSource.Of("x/y", DownloadTests.Bytes(50)), null, default);
        (await Should.ThrowAsync<OciException>(push)).Diagnostic.Code.ShouldBe("STR3141");
    }

    [Fact]
    public async Task A_silent_registry_is_given_up()
    {
        await using var registry = new FakeServer(request => request.Method switch
        {
            "HEAD" => FakeResponse.Of(404),
            "POST" => FakeResponse.Of(202, ("Location", "/up")),
            _ => FakeResponse.Of(201) with { Body = new byte[10], CutAfter = 0, Stalls = true, DeclaredLength = null, Status = 500 },
        });
        using var client = FakeRegistry.Client(options: FakeRegistry.Quick with { RetriesMax = 1, CommitTimeout = TimeSpan.FromMilliseconds(200) });
        var push = () => client.PushBlobAsync(References.Reference.Parse($"{registry.Host}/a"), BlobSource.Of("x/y", DownloadTests.Bytes(50)), null, default);
        (await Should.ThrowAsync<OciException>(push)).Failure.ShouldBe(OciFailure.Unavailable);
    }

    /// <summary>The upload part of the distribution protocol.</summary>
    private sealed class Uploads
    {
        private readonly Dictionary<string, MemoryStream> _open = [];
        private readonly Lock _lock = new();
        private bool _hasCut;
        private bool _hasLost;

        public int CutFirstPatchAt { get; init; } = int.MaxValue;

        public bool ForgetsAfterCut { get; init; }

        public bool LosesFirstPutAnswer { get; init; }

        public HashSet<Digest> Stored { get; } = [];

        public FakeResponse Answer(FakeRequest request)
        {
            lock (_lock)
            {
                return request.Method switch
                {
                    "HEAD" => FakeResponse.Of(Stored.Contains(Digest.Parse(request.Path.Split('/')[^1], null)) ? 200 : 404),
                    "POST" => Start(),
                    _ when !_open.TryGetValue(request.Path, out _) => FakeResponse.Of(404),
                    "GET" => FakeResponse.Of(204, ("Range", $"0-{Math.Max(_open[request.Path].Length - 1, 0)}"), ("Location", request.Target)),
                    "PATCH" => Patch(request),
                    _ => Put(request),
                };
            }
        }

        private FakeResponse Start()
        {
            var path = $"/up/{_open.Count}";
            _open[path] = new();
            return FakeResponse.Of(202, ("Location", path + "?_state=a%3Db"));
        }

        private FakeResponse Patch(FakeRequest request)
        {
            var upload = _open[request.Path];
            request.Query.ShouldBe("_state=a=b");
            if (int.Parse(request.Headers["Content-Range"].Split('-')[0], CultureInfo.InvariantCulture) != upload.Length)
            {
                return FakeResponse.Of(416);
            }

            if (!_hasCut && upload.Length + request.Body.Length > CutFirstPatchAt)
            {
                _hasCut = true;
                upload.Write(request.Body, 0, CutFirstPatchAt - (int)upload.Length);
                if (ForgetsAfterCut)
                {
                    _open[request.Path + "/gone"] = upload; // keeps the count, so that the next has another name
                    _open.Remove(request.Path);
                }

                return FakeResponse.Of(202) with { DeclaredLength = 10, CutAfter = 0, Status = 502 };
            }

            upload.Write(request.Body);
            return FakeResponse.Of(202, ("Location", request.Target));
        }

        private FakeResponse Put(FakeRequest request)
        {
            var upload = _open[request.Path];
            upload.Write(request.Body);
            var digest = Digest.Of(upload.ToArray());
            request.Query.ShouldEndWith($"digest={digest}");
            Stored.Add(digest);
            if (LosesFirstPutAnswer && !_hasLost)
            {
                _hasLost = true;
                return FakeResponse.Of(503);
            }

            return FakeResponse.Of(201);
        }
    }
}
