using System.Text.Json;
using Strata.Core;
using Strata.Oci.Archives;
using Strata.Oci.Content;
using Strata.Oci.Credentials;
using Strata.Oci.Documents;
using Strata.Oci.References;
using Strata.Oci.Registries;

namespace Strata.Oci.Tests;

/// <summary>Against the distribution registry, skopeo and umoci: what we push they accept, what they push we read.</summary>
public sealed class RealRegistryTests
{
    private static readonly Platform Amd64 = new("linux", "amd64");

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Skopeo_and_umoci_accept_what_is_pushed(bool chunked, bool patched)
    {
        await using var registry = await RealRegistry.StartAsync();
        using var scratch = new Scratch();
        using var client = FakeRegistry.Client(options: FakeRegistry.Quick with
        {
            MonolithicBytesMax = chunked || patched ? 1_000 : 4 << 20,
            UploadChunkBytes = chunked ? 64 << 10 : null,
        });
        var image = SampleImage.Make();
        var target = registry.Reference("team/app:v1");
        await PushAsync(client, target, image);

        using var inspected = JsonDocument.Parse(await Programs.RunAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{target}"));
        inspected.RootElement.GetProperty("Digest").GetString().ShouldBe(Digest.Of(DocumentWriter.Write(image.Manifest)).ToString());
        inspected.RootElement.GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()).ShouldBe(image.Manifest.Layers.Select(layer => layer.Digest.ToString()));
        await Programs.RunAsync("skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", $"docker://{target}", $"oci:{scratch["copy"]}:latest");
        await Programs.RunAsync("umoci", "unpack", "--rootless", "--image", $"{scratch["copy"]}:latest", scratch["bundle"]);
        (await File.ReadAllTextAsync(scratch["bundle/rootfs/etc/greeting"])).ShouldBe("hello from amd64\n");
    }

    [Theory]
    [InlineData("oci", "gzip")]
    [InlineData("oci", "zstd")]
    [InlineData("v2s2", "gzip")]
    public async Task What_skopeo_pushes_is_pulled_equal(string format, string compression)
    {
        await using var registry = await RealRegistry.StartAsync();
        using var scratch = new Scratch();
        var image = SampleImage.Make(gzip: false);
        await ImageArchiveWriter.WriteOciAsync(scratch["layout"], image.Archived(), default);
        var target = registry.Reference("a/b/c:1");
        await Programs.RunAsync("skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", "--format", format,
            "--dest-compress-format", compression, "--dest-compress", $"oci:{scratch["layout"]}:latest", $"docker://{target}");
        await Programs.RunAsync("skopeo", "copy", "--insecure-policy", "--src-tls-verify=false", $"docker://{target}", $"dir:{scratch["dir"]}");

        using var client = FakeRegistry.Client();
        var head = (await client.FindManifestAsync(target, default)).ShouldNotBeNull();
        var pulled = await client.GetImageAsync(target, Amd64, default);
        pulled.Descriptor.Digest.ShouldBe(head.Digest);
        pulled.Descriptor.Size.ShouldBe(head.Size);
        pulled.ManifestBytes.ToArray().ShouldBe(await File.ReadAllBytesAsync(scratch["dir/manifest.json"]));
        pulled.Config.DiffIds.ShouldBe(image.Manifest.Layers.Select(layer => layer.Digest));
        foreach (var layer in pulled.Manifest.Layers)
        {
            MediaTypes.CompressionOf(layer.MediaType).ShouldBe(compression == "gzip" ? LayerCompression.Gzip : LayerCompression.Zstd);
            (await client.GetBlobAsync(target, layer, 1 << 20, default)).ShouldBe(await File.ReadAllBytesAsync(scratch[$"dir/{layer.Digest.Hex}"]));
        }
    }

    [Fact]
    public async Task Of_several_platforms_the_right_one_is_pulled()
    {
        await using var registry = await RealRegistry.StartAsync();
        using var client = FakeRegistry.Client();
        var target = registry.Reference("multi:1");
        List<Descriptor> manifests = [];
        foreach (var architecture in (string[])["amd64", "arm64", "s390x"])
        {
            var image = SampleImage.Make(architecture, size: 100);
            manifests.Add(await PushAsync(client, target.With(Digest.Of(DocumentWriter.Write(image.Manifest))), image) with { Platform = new("linux", architecture) });
        }

        await client.PushManifestAsync(target, MediaTypes.OciIndex, DocumentWriter.Write(new ImageIndex { Manifests = manifests }), default);
        using var scratch = new Scratch();
        await Programs.RunAsync("skopeo", "copy", "--all", "--insecure-policy", "--src-tls-verify=false", "--dest-tls-verify=false",
            $"docker://{target}", $"docker://{registry.Host}/copied:1");

        var copied = registry.Reference("copied:1");
        (await client.GetImageAsync(copied, new("linux", "arm64", "v8"), default)).Descriptor.Digest.ShouldBe(manifests[1].Digest);
        (await client.GetImageAsync(copied, new("linux", "s390x"), default)).Config.Platform.Architecture.ShouldBe("s390x");
        var missing = await Should.ThrowAsync<OciException>(() => client.GetImageAsync(copied, new("linux", "riscv64"), default));
        missing.Diagnostic.Code.ShouldBe("STR3140");
        missing.Diagnostic.Help.ShouldNotBeNull().ShouldContain("linux/amd64, linux/arm64, linux/s390x");
    }

    [Fact]
    public async Task Passwords_open_a_closed_registry()
    {
        using var scratch = new Scratch();
        await File.WriteAllTextAsync(scratch["htpasswd"], await Programs.RunAsync("htpasswd", "-nbB", "user", "pass:word"));
        await using var registry = await RealRegistry.StartAsync(scratch["htpasswd"]);
        var target = registry.Reference("closed:1");
        using (var stranger = FakeRegistry.Client())
        {
            (await Should.ThrowAsync<OciException>(() => stranger.FindManifestAsync(target, default))).Failure.ShouldBe(OciFailure.Unauthorized);
        }

        await Programs.RunAsync("skopeo", "login", "--tls-verify=false", "--authfile", scratch["auth.json"], "-u", "user", "-p", "pass:word", registry.Host);
        using var client = new RegistryClient(FakeRegistry.Quick, new CredentialFiles([scratch["auth.json"]], TimeProvider.System), TimeProvider.System);
        await client.PingAsync(target, default);
        await PushAsync(client, target, SampleImage.Make());
        (await client.GetImageAsync(target, Amd64, default)).Config.User.ShouldBe("1000:1000");
        await Programs.RunAsync("skopeo", "inspect", "--tls-verify=false", "--authfile", scratch["auth.json"], $"docker://{target}");
    }

    [Fact]
    public async Task Blobs_are_sent_once_and_taken_over_from_other_repositories()
    {
        await using var registry = await RealRegistry.StartAsync();
        using var client = FakeRegistry.Client();
        var (one, other) = (registry.Reference("one"), registry.Reference("other"));
        var blob = BlobSource.Of(MediaTypes.OciLayerGzip, DownloadTests.Bytes(5_000));
        (await client.HasBlobAsync(one, blob.Descriptor.Digest, default)).ShouldBeFalse();
        (await client.PushBlobAsync(one, blob, null, default)).ShouldBe(PushOutcome.Uploaded);
        (await client.PushBlobAsync(one, blob, null, default)).ShouldBe(PushOutcome.AlreadyPresent);
        (await client.PushBlobAsync(other, blob, "one", default)).ShouldBe(PushOutcome.Mounted);
        (await client.HasBlobAsync(other, blob.Descriptor.Digest, default)).ShouldBeTrue();
        (await client.PushBlobAsync(other, BlobSource.Of("x/y", DownloadTests.Bytes(10)), "nowhere", default)).ShouldBe(PushOutcome.Uploaded);
    }

    [Fact]
    public async Task A_blob_that_is_not_what_it_says_is_refused_by_the_registry()
    {
        await using var registry = await RealRegistry.StartAsync();
        using var client = FakeRegistry.Client();
        var wrong = BlobSource.Of(Descriptor.Of("x/y", "right"u8), "wrong"u8.ToArray());
        (await Should.ThrowAsync<OciException>(() => client.PushBlobAsync(registry.Reference("x"), wrong, null, default))).Diagnostic.Help.ShouldNotBeNull().ShouldContain("DIGEST_INVALID");
        var shorter = BlobSource.Of(Descriptor.Of("x/y", "longer"u8), "long"u8.ToArray());
        (await Should.ThrowAsync<OciException>(() => client.PushBlobAsync(registry.Reference("x"), shorter, null, default))).Diagnostic.Code.ShouldBe("STR3137");
    }

    [Fact]
    public async Task Absence_is_an_answer()
    {
        await using var registry = await RealRegistry.StartAsync();
        using var client = FakeRegistry.Client();
        (await client.FindManifestAsync(registry.Reference("none:1"), default)).ShouldBeNull();
        var failure = await Should.ThrowAsync<OciException>(() => client.GetImageAsync(registry.Reference("none:1"), Amd64, default));
        (failure.Failure, failure.Diagnostic.Code).ShouldBe((OciFailure.NotFound, "STR3131"));
        await Should.ThrowAsync<OciException>(() => client.OpenBlobAsync(registry.Reference("none:1"), Descriptor.Of("x/y", "x"u8), default));
    }

    [Fact]
    public async Task All_tags_are_listed()
    {
        await using var registry = await RealRegistry.StartAsync();
        using var client = FakeRegistry.Client();
        var target = registry.Reference("tagged");
        var image = SampleImage.Make(size: 10);
        await PushAsync(client, target, image);
        foreach (var tag in (string[])["v1", "v2", "v3"])
        {
            await client.PushManifestAsync(registry.Reference("tagged:" + tag), image.Manifest.MediaType, DocumentWriter.Write(image.Manifest), default);
        }

        List<string> tags = [];
        await foreach (var tag in client.ListTagsAsync(target, default))
        {
            tags.Add(tag);
        }

        tags.Order(StringComparer.Ordinal).ShouldBe(["latest", "v1", "v2", "v3"]);
    }

    [Fact]
    public async Task Nobody_there_is_said_so()
    {
        await using var registry = await RealRegistry.StartAsync();
        var target = registry.Reference("x");
        await registry.DisposeAsync();
        using var client = FakeRegistry.Client();
        var failure = await Should.ThrowAsync<OciException>(() => client.FindManifestAsync(target, default));
        (failure.Failure, failure.Diagnostic.Code).ShouldBe((OciFailure.Unavailable, "STR3135"));
    }

    private static async Task<Descriptor> PushAsync(RegistryClient client, Reference target, SampleImage image)
    {
        await Task.WhenAll(image.Sources.Append(BlobSource.Of(image.Manifest.Config, image.Config)).Select(blob => client.PushBlobAsync(target, blob, null, default)));
        return await client.PushManifestAsync(target, image.Manifest.MediaType, DocumentWriter.Write(image.Manifest), default);
    }
}
