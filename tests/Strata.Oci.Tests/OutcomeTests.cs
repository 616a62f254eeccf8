using Strata.Oci.Documents;
using Strata.Oci.Registries;

namespace Strata.Oci.Tests;

/// <summary>What a registry's refusals become.</summary>
public sealed class OutcomeTests
{
    [Theory]
    [InlineData(400, "", OciFailure.Refused, "STR3136")]
    [InlineData(401, "", OciFailure.Unauthorized, "STR3132")]
    [InlineData(401, "DENIED", OciFailure.Denied, "STR3133")]
    [InlineData(403, "", OciFailure.Denied, "STR3133")]
    [InlineData(404, "MANIFEST_UNKNOWN", OciFailure.NotFound, "STR3131")]
    [InlineData(418, "", OciFailure.Refused, "STR3136")]
    [InlineData(429, "TOOMANYREQUESTS", OciFailure.RateLimited, "STR3134")]
    [InlineData(500, "", OciFailure.Unavailable, "STR3135")]
    [InlineData(503, "", OciFailure.Unavailable, "STR3135")]
    [InlineData(302, "", OciFailure.Refused, "STR3136")]
    public async Task Statuses_are_told_apart(int status, string code, OciFailure failure, string diagnostic)
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Json(status, $$"""{"errors":[{"code":"{{code}}","message":"said so","detail":{"x":1} }]}"""));
        using var client = FakeRegistry.Client();
        var thrown = await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default));
        (thrown.Failure, thrown.Diagnostic.Code).ShouldBe((failure, diagnostic));
        thrown.Diagnostic.Help.ShouldNotBeNull().ShouldContain("said so");
        registry.Requests.Count.ShouldBe(status is 429 or >= 500 ? 1 + FakeRegistry.Quick.RetriesMax : 1);
    }

    [Theory]
    [InlineData("""{"errors":null}""")]
    [InlineData("""{"errors":[null,{"code":null}]}""")]
    [InlineData("""{"errors":{}}""")]
    [InlineData("[1,2]")]
    [InlineData("<html>no</html>")]
    [InlineData("")]
    [InlineData("\0\u001b[2J")]
    public async Task Any_body_of_an_error_is_survived(string body)
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Json(403, body));
        using var client = FakeRegistry.Client();
        var thrown = await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default));
        thrown.Failure.ShouldBe(OciFailure.Denied);
        thrown.Diagnostic.ToString().ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task What_an_error_says_is_cut()
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Json(403, $$"""{"errors":[{"code":"X","message":"{{new string('m', 60_000)}}"}]}"""));
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default))).Diagnostic.ToString().Length.ShouldBeLessThan(1_000);
    }

    [Fact]
    public async Task A_pause_that_was_asked_for_is_made()
    {
        var calls = 0;
        await using var registry = new FakeRegistry((_, _) => calls++ == 0 ? FakeResponse.Of(429, ("Retry-After", "1")) : null);
        registry.AddImage(new("linux", "amd64"), "latest");
        var time = new RecordingTime();
        using var client = new RegistryClient(FakeRegistry.Quick, new Credentials.AnonymousCredentials(), time);
        await client.GetManifestAsync(registry.Reference(), default);
        time.Delays.ShouldContain(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_pause_that_is_too_long_is_not()
    {
        await using var registry = new FakeRegistry((_, _) => FakeResponse.Of(429, ("Retry-After", "3600")));
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default))).Failure.ShouldBe(OciFailure.RateLimited);
        registry.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public void Pauses_grow_and_end()
    {
        var retries = new Retries(new(), TimeProvider.System);
        retries.Delay(0, 0).ShouldBe(TimeSpan.FromMilliseconds(125));
        retries.Delay(0, 1).ShouldBe(TimeSpan.FromMilliseconds(250));
        retries.Delay(3, 1).ShouldBe(TimeSpan.FromSeconds(2));
        retries.Delay(1_000_000, 1).ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(null)]
    public async Task A_manifest_that_is_not_the_digests_is_refused(string? announced)
    {
        await using var registry = new FakeRegistry((self, request) => new(200, "{}"u8.ToArray(),
            announced is null ? [("Content-Type", MediaTypes.OciManifest)] : [("Content-Type", MediaTypes.OciManifest), ("Docker-Content-Digest", announced)]));
        using var client = FakeRegistry.Client();
        var reference = registry.Reference();
        reference = announced is null ? reference.With(Core.Digest.Of("other"u8)) : reference;
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(reference, default))).Diagnostic.Code.ShouldBe("STR3137");
    }

    [Fact]
    public async Task A_manifest_without_end_is_refused()
    {
        await using var registry = new FakeRegistry((_, _) => new(200, new byte[Manifest.SizeBytesMax + 1], ("Content-Type", MediaTypes.OciManifest)) { DeclaredLength = -1 });
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => client.GetManifestAsync(registry.Reference(), default))).Diagnostic.Code.ShouldBe("STR3137");
    }

    [Fact]
    public async Task A_manifest_cut_on_its_way_is_fetched_again()
    {
        var calls = 0;
        await using var registry = new FakeRegistry((self, request) => calls++ == 0 ? self.Answer(request) with { CutAfter = 20 } : null);
        registry.AddImage(new("linux", "amd64"), "latest");
        using var client = FakeRegistry.Client();
        (await client.GetManifestAsync(registry.Reference(), default)).Manifest.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_registry_that_says_nothing_by_head_is_asked_by_get()
    {
        await using var registry = new FakeRegistry((_, request) => request.Method == "HEAD" ? FakeResponse.Of(200) : null);
        var manifest = registry.AddImage(new("linux", "amd64"), "latest");
        using var client = FakeRegistry.Client();
        (await client.FindManifestAsync(registry.Reference(), default)).ShouldNotBeNull().Digest.ShouldBe(manifest.Digest);
    }

    [Fact]
    public async Task Indexes_in_indexes_end()
    {
        await using var registry = new FakeRegistry();
        var inner = registry.AddImage(new("linux", "amd64"));
        var depth2 = registry.AddManifest(MediaTypes.OciIndex, DocumentWriter.Write(new ImageIndex { Manifests = [inner] }));
        var depth1 = registry.AddManifest(MediaTypes.OciIndex, DocumentWriter.Write(new ImageIndex { Manifests = [depth2] }), "two");
        registry.AddManifest(MediaTypes.OciIndex, DocumentWriter.Write(new ImageIndex { Manifests = [depth1] }), "three");
        using var client = FakeRegistry.Client();
        (await client.GetImageAsync(registry.Reference("two"), new("linux", "amd64"), default)).Descriptor.Digest.ShouldBe(inner.Digest);
        (await Should.ThrowAsync<OciException>(() => client.GetImageAsync(registry.Reference("three"), new("linux", "amd64"), default))).Diagnostic.Code.ShouldBe("STR3138");
    }

    [Fact]
    public async Task An_image_for_another_machine_is_refused_before_its_layers()
    {
        await using var registry = new FakeRegistry();
        registry.AddImage(new("linux", "arm64"), "latest");
        using var client = FakeRegistry.Client();
        (await Should.ThrowAsync<OciException>(() => client.GetImageAsync(registry.Reference(), new("linux", "amd64"), default))).Diagnostic.Code.ShouldBe("STR3140");
        registry.Requests.Count.ShouldBe(2);
    }

    private sealed class RecordingTime : TimeProvider
    {
        public List<TimeSpan> Delays { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (Delays)
            {
                Delays.Add(dueTime);
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
