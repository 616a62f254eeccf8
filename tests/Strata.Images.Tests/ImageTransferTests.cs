using System.Text.Json;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Transfers;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Oci;
using Strata.Oci.References;
using Strata.Oci.Registries;
using Strata.Oci.Tests;

namespace Strata.Images.Tests;

/// <summary>Images come from archives and go to archives and registries, as the other tools understand them.</summary>
public sealed class ImageTransferTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task An_export_is_the_same_bytes_from_any_store_and_tells_what_the_image_said()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"), ("etc/b", "2")), SampleImages.Tar(("etc/.wh.a", ""), ("etc/c", "3"))]);

        var first = await ExportAsync("one", registry.Reference("app:1"), ArchiveFormat.Oci);
        var second = await ExportAsync("two", registry.Reference("app:1"), ArchiveFormat.Oci);

        (await File.ReadAllBytesAsync(first)).ShouldBe(await File.ReadAllBytesAsync(second));
        var config = JsonDocument.Parse(await Programs.RunAsync("skopeo", "inspect", "--config", $"oci-archive:{first}:latest")).RootElement.GetProperty("config");
        config.GetProperty("User").GetString().ShouldBe("1000:1000");
        config.GetProperty("WorkingDir").GetString().ShouldBe("/opt");
        config.GetProperty("Entrypoint")[0].GetString().ShouldBe("/bin/app");
        config.GetProperty("Env").EnumerateArray().Select(v => v.GetString()).ShouldBe(["PATH=/bin", "X=y"]);
    }

    [Theory]
    [InlineData(ArchiveFormat.Oci, "oci-archive:{0}:latest")]
    [InlineData(ArchiveFormat.Docker, "docker-archive:{0}:app:1")]
    public async Task Others_take_what_is_exported_and_umoci_unpacks_it(ArchiveFormat format, string source)
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"), ("etc/b", "2")), SampleImages.Tar(("etc/.wh.a", ""), ("etc/c", "3"))]);
        var archive = await ExportAsync("data", registry.Reference("app:1"), format);

        await Programs.RunAsync("skopeo", "copy", "-q", string.Format(System.Globalization.CultureInfo.InvariantCulture, source, archive), $"oci:{_scratch["layout"]}:x");
        await Programs.RunAsync("umoci", "unpack", "--image", $"{_scratch["layout"]}:x", _scratch["bundle"]);

        Directory.GetFiles(_scratch["bundle/rootfs/etc"]).Select(Path.GetFileName).Order().ShouldBe(["b", "c"]);
    }

    [Theory]
    [InlineData("oci-archive:{0}:any")]
    [InlineData("docker-archive:{0}:some/thing:1")]
    public async Task An_archive_that_skopeo_wrote_is_imported_and_no_registry_is_asked_for_its_name(string destination)
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1")), SampleImages.Tar(("etc/b", "2"))]);
        var archive = _scratch["archive.tar"];
        await Programs.RunAsync(
            "skopeo", "copy", "-q", "--src-tls-verify=false", $"docker://{registry.Host}/app:1",
            string.Format(System.Globalization.CultureInfo.InvariantCulture, destination, archive));
        using var resolver = Resolver("data");
        var transfers = new ImageTransfers(resolver, _scratch["data"], TimeProvider.System);

        var imported = await transfers.ImportAsync("localhost:1/mine:1", archive, Stream.Null, null, Acme, new ProgressLines(), CancellationToken.None);
        await Programs.RunAsync("gzip", archive);
        var zipped = await transfers.ImportAsync("zipped", $"{archive}.gz", Stream.Null, null, Acme, new ProgressLines(), CancellationToken.None);
        await using var pipe = File.OpenRead($"{archive}.gz");
        var piped = await transfers.ImportAsync("other", "-", pipe, null, Acme, new ProgressLines(), CancellationToken.None);
        var image = await resolver.ResolveAsync(new BaseImage.Oci("localhost:1/mine:1", null), Acme, new ProgressLines(), CancellationToken.None);

        (imported.Layers, imported.Reference, piped.Reference).ShouldBe((2, "localhost:1/mine:1", "docker.io/library/other:latest"));
        piped.Manifest.ShouldBe(imported.Manifest);
        zipped.Manifest.ShouldBe(imported.Manifest);
        image.Layers.ShouldAllBe(layer => layer.Outcome == LayerOutcome.Reused);
        new LocalLayerStore(_scratch["data"], TimeProvider.System).List(CancellationToken.None).ShouldAllBe(layer => layer.Org.Name == "acme");
        await Should.ThrowAsync<OciException>(async () => await resolver.ResolveAsync( // port 1: nobody is there, and nobody else's import counts
            new BaseImage.Oci("localhost:1/mine:1", null), ImageOwnerTests.Identity("other"), new ProgressLines(), CancellationToken.None));

        Directory.Delete(_scratch["data/layers/acme"], recursive: true);
        (await Should.ThrowAsync<UserErrorException>(async () => await resolver.ResolveAsync(
            new BaseImage.Oci("localhost:1/mine:1", null), Acme, new ProgressLines(), CancellationToken.None))).Diagnostics[0].Code.ShouldBe("STR3020");
    }

    [Fact]
    public async Task What_is_no_sound_archive_is_refused_and_nothing_is_kept()
    {
        using var resolver = Resolver("data");
        var transfers = new ImageTransfers(resolver, _scratch["data"], TimeProvider.System);
        await File.WriteAllTextAsync(_scratch["text"], "no tar");
        await File.WriteAllBytesAsync(_scratch["plain.tar"], SampleImages.Tar(("etc/a", "1")));
        await File.WriteAllBytesAsync(_scratch["damaged.gz"], [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);

        (await Should.ThrowAsync<OciException>(() => Import("text"))).Diagnostic.Code.ShouldBe("STR3142");
        (await Should.ThrowAsync<OciException>(() => Import("plain.tar"))).Diagnostic.Code.ShouldBe("STR3142");
        (await Should.ThrowAsync<UserErrorException>(() => Import("damaged.gz"))).Diagnostics[0].Code.ShouldBe("STR3026");
        (await Should.ThrowAsync<UserErrorException>(() => Import("absent"))).Diagnostics[0].Code.ShouldBe("STR3026");
        (await Should.ThrowAsync<UserErrorException>(async () => await transfers.ImportAsync(
            $"a@{Digest.Of("x"u8)}", _scratch["text"], Stream.Null, null, Acme, new ProgressLines(), CancellationToken.None))).Diagnostics[0].Code.ShouldBe("STR3024");
        Directory.Exists(_scratch["data/images"]).ShouldBeFalse();

        Task Import(string name) => transfers.ImportAsync("a", _scratch[name], Stream.Null, null, Acme, new ProgressLines(), CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task A_push_sends_what_is_missing_and_what_was_pushed_is_pulled_equal()
    {
        await using var source = await RealRegistry.StartAsync();
        await using var target = await RealRegistry.StartAsync();
        var shared = SampleImages.Tar(("etc/a", "1"));
        await SampleImages.PushAsync(source.Reference("one:1"), [shared]);
        await SampleImages.PushAsync(source.Reference("two:1"), [shared, SampleImages.Tar(("etc/b", "2"))]);
        using var resolver = Resolver("data");
        var transfers = new ImageTransfers(resolver, _scratch["data"], TimeProvider.System);

        var one = await Push("one:1", target.Reference("copy:1"));
        var two = await Push("two:1", target.Reference("copy:2"));
        var again = await Push("two:1", target.Reference("copy:2"));

        (one.Sent, one.Present).ShouldBe((2, 0));
        (two.Sent, two.Present).ShouldBe((2, 1));
        (again.Sent, again.Present).ShouldBe((0, 3));
        await Programs.RunAsync("skopeo", "copy", "-q", "--src-tls-verify=false", $"docker://{target.Host}/copy:2", $"oci:{_scratch["layout"]}:x");
        await Programs.RunAsync("umoci", "unpack", "--image", $"{_scratch["layout"]}:x", _scratch["bundle"]);
        Directory.GetFiles(_scratch["bundle/rootfs/etc"]).Select(Path.GetFileName).Order().ShouldBe(["a", "b"]);
        using var other = Resolver("other");
        var pulled = await other.ResolveAsync(new BaseImage.Oci(target.Reference("copy:2").ToString(), null), Acme, new ProgressLines(), CancellationToken.None);
        using var mine = await resolver.OpenAsync(new BaseImage.Oci(source.Reference("two:1").ToString(), null), Acme, new ProgressLines(), CancellationToken.None);
        pulled.Config.Environment.ShouldBe(mine.Config.Environment);
        pulled.Layers.Count.ShouldBe(2);

        async Task<PushedImage> Push(string name, Reference to)
        {
            using var image = await resolver.OpenAsync(new BaseImage.Oci(source.Reference(name).ToString(), null), Acme, new ProgressLines(), CancellationToken.None);
            return await transfers.PushAsync(image, image.Config, to.ToString(), new ProgressLines(), CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_layers_tar_can_be_read_from_any_place_and_left_at_any_place()
    {
        await using var registry = await RealRegistry.StartAsync();
        var random = new byte[9 << 20];
        new Random(7).NextBytes(random);
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("a", "1"), ("big", Convert.ToBase64String(random)), ("z", "2"))]);
        using var resolver = Resolver("data");
        using var image = await resolver.OpenAsync(new BaseImage.Oci(registry.Reference("app:1").ToString(), null), Acme, new ProgressLines(), CancellationToken.None);
        var whole = await ReadAsync(0);

        foreach (var offset in (int[])[1, 511, 1024, 5_000_000, whole.Length - 1, whole.Length])
        {
            (await ReadAsync(offset)).AsSpan().SequenceEqual(whole.AsSpan(offset)).ShouldBeTrue();
        }

        await using (var left = await LayerTar.OpenAsync(image.Leases[0], 0, CancellationToken.None))
        {
            await left.ReadExactlyAsync(new byte[100]); // its writer waits for room now, and must not for ever
        }

        await Should.ThrowAsync<EndOfStreamException>(() => ReadAsync(whole.Length + 1));

        async Task<byte[]> ReadAsync(long offset)
        {
            await using var tar = await LayerTar.OpenAsync(image.Leases[0], offset, CancellationToken.None);
            var bytes = new MemoryStream();
            await tar.CopyToAsync(bytes);
            return bytes.ToArray();
        }
    }

    private static Core.Identity.RunIdentity Acme { get; } = ImageOwnerTests.Identity("acme");

    private ImageResolver Resolver(string data) => new(_scratch[data], static () => OwnerPolicy.Root, TimeProvider.System, new RegistryOptions { RetriesMax = 0 });

    private async Task<string> ExportAsync(string data, Reference reference, ArchiveFormat format)
    {
        using var resolver = Resolver(data);
        using var image = await resolver.OpenAsync(new BaseImage.Oci(reference.ToString(), null), Acme, new ProgressLines(), CancellationToken.None);
        var path = _scratch[$"{data}.tar"];
        await using var output = File.Create(path);
        await new ImageTransfers(resolver, _scratch[data], TimeProvider.System)
            .ExportAsync(image, image.Config, "app:1", format, output, new ProgressLines(), CancellationToken.None);
        return path;
    }
}
