using System.Formats.Tar;
using System.Text;
using Strata.Core;
using Strata.Oci.Archives;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Oci.Tests;

public sealed class ArchiveTests : IDisposable
{
    private static readonly Platform Amd64 = new("linux", "amd64");
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task An_exported_layout_is_read_back_and_is_the_same_bytes_always()
    {
        var image = SampleImage.Make();
        await WriteAsync("a.tar", image, docker: false);
        await WriteAsync("b.tar", image, docker: false);
        (await File.ReadAllBytesAsync(_scratch["a.tar"])).ShouldBe(await File.ReadAllBytesAsync(_scratch["b.tar"]));
        await ImageArchiveWriter.WriteOciAsync(_scratch["directory"], image.Archived(), default);
        foreach (var path in (string[])["a.tar", "directory"])
        {
            using var archive = await ImageArchive.OpenAsync(_scratch[path], default);
            archive.Names.ShouldBe(["latest"]);
            foreach (var name in (string?[])[null, "latest"])
            {
                var read = await archive.GetImageAsync(name, Amd64, default);
                read.ManifestBytes.ToArray().ShouldBe(DocumentWriter.Write(image.Manifest));
                read.ConfigBytes.ToArray().ShouldBe(image.Config);
                (await LayersAsync(archive, read)).ShouldBe(image.Layers);
            }
        }
    }

    [Fact]
    public async Task An_archive_can_come_through_a_pipe()
    {
        var image = SampleImage.Make();
        var tar = new MemoryStream();
        await ImageArchiveWriter.WriteOciAsync(tar, image.Archived(), default);
        using (var archive = await ImageArchive.OpenAsync(new MemoryStream(tar.ToArray()), _scratch.Root, tar.Length, default))
        {
            Directory.GetFiles(_scratch.Root).ShouldBeEmpty();
            (await LayersAsync(archive, await archive.GetImageAsync(null, Amd64, default))).ShouldBe(image.Layers);
        }

        await Should.ThrowAsync<OciException>(async () => await ImageArchive.OpenAsync(new MemoryStream(tar.ToArray()), _scratch.Root, tar.Length - 1, default));
        Directory.GetFiles(_scratch.Root).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_docker_archive_is_read_back()
    {
        var image = SampleImage.Make(gzip: false);
        await WriteAsync("a.tar", image, docker: true, "strata/app:v1");
        using var archive = await ImageArchive.OpenAsync(_scratch["a.tar"], default);
        archive.Names.ShouldBe(["strata/app:v1"]);
        var read = await archive.GetImageAsync("docker.io/strata/app:v1", Amd64, default);
        read.Manifest.ShouldBe(image.Manifest with { Layers = read.Manifest.Layers, Annotations = read.Manifest.Annotations });
        (await LayersAsync(archive, read)).ShouldBe(image.Layers);
        (await Should.ThrowAsync<OciException>(async () => await archive.GetImageAsync("other", Amd64, default))).Diagnostic.Code.ShouldBe("STR3143");
        (await Should.ThrowAsync<OciException>(async () => await archive.GetImageAsync(null, new("linux", "arm64"), default))).Diagnostic.Code.ShouldBe("STR3140");
    }

    [Fact]
    public async Task Skopeo_umoci_and_podman_accept_what_is_exported()
    {
        var image = SampleImage.Make(gzip: false);
        await WriteAsync("oci.tar", image, docker: false);
        await WriteAsync("docker.tar", image, docker: true, "strata.test/app:v1");
        await Programs.RunAsync("skopeo", "copy", "--insecure-policy", $"oci-archive:{_scratch["oci.tar"]}:latest", $"dir:{_scratch["from-oci"]}");
        await Programs.RunAsync("skopeo", "copy", "--insecure-policy", $"docker-archive:{_scratch["docker.tar"]}", $"oci:{_scratch["from-docker"]}:latest");
        await Programs.RunAsync("umoci", "unpack", "--rootless", "--image", $"{_scratch["from-docker"]}:latest", _scratch["bundle"]);
        (await File.ReadAllTextAsync(_scratch["bundle/rootfs/etc/greeting"])).ShouldBe("hello from amd64\n");
        await ImageArchiveWriter.WriteOciAsync(_scratch["directory"], image.Archived(), default);
        (await Programs.RunAsync("umoci", "stat", "--image", $"{_scratch["directory"]}:latest")).ShouldContain("second");
        foreach (var file in (string[])["oci.tar", "docker.tar"])
        {
            string[] podman = ["--root", _scratch["podman"], "--runroot", _scratch["podman-run"], "--storage-driver", "vfs"];
            (await Programs.RunAsync("podman", [.. podman, "load", "-i", _scratch[file]])).ShouldContain("Loaded image");
        }
    }

    [Theory]
    [InlineData("oci-archive", "gzip")]
    [InlineData("docker-archive", "gzip")]
    public async Task What_skopeo_saves_is_read(string format, string compression)
    {
        var image = SampleImage.Make(gzip: compression == "none");
        await ImageArchiveWriter.WriteOciAsync(_scratch["directory"], image.Archived(), default);
        await Programs.RunAsync("skopeo", "copy", "--insecure-policy", $"oci:{_scratch["directory"]}:latest", $"{format}:{_scratch["saved.tar"]}:app:v1");
        using var archive = await ImageArchive.OpenAsync(_scratch["saved.tar"], default);
        var read = await archive.GetImageAsync("app:v1", Amd64, default);
        read.Config.DiffIds.ShouldBe(DocumentReader.ReadConfig(image.Config).DiffIds);
        (await LayersAsync(archive, read)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_podman_saves_is_read()
    {
        await WriteAsync("docker.tar", SampleImage.Make(gzip: false), docker: true, "strata.test/app:v1");
        string[] podman = ["--root", _scratch["podman"], "--runroot", _scratch["podman-run"], "--storage-driver", "vfs"];
        await Programs.RunAsync("podman", [.. podman, "load", "-i", _scratch["docker.tar"]]);
        foreach (var format in (string[])["oci-archive", "docker-archive"])
        {
            await Programs.RunAsync("podman", [.. podman, "save", "--format", format, "-o", _scratch[format], "strata.test/app:v1"]);
            using var archive = await ImageArchive.OpenAsync(_scratch[format], default);
            var read = await archive.GetImageAsync("strata.test/app:v1", Amd64, default);
            (await LayersAsync(archive, read)).Count.ShouldBe(2);
            read.Config.User.ShouldBe("1000:1000");
        }
    }

    [Fact]
    public async Task Old_docker_archives_share_layers_by_links()
    {
        var image = SampleImage.Make(gzip: false);
        var config = DocumentReader.ReadConfig(image.Config);
        var twice = DocumentWriter.Write(config with { DiffIds = [config.DiffIds[0], config.DiffIds[0]] });
        WriteTar("old.tar",
            Member("manifest.json", """[{"Config":"c.json","RepoTags":null,"Layers":["one/layer.tar","two/layer.tar"]}]"""u8.ToArray()),
            Member("c.json", twice), Member("one/layer.tar", image.Layers[0]), Link("two/layer.tar", "../one/layer.tar"));
        using var archive = await ImageArchive.OpenAsync(_scratch["old.tar"], default);
        var read = await archive.GetImageAsync(null, Amd64, default);
        (await LayersAsync(archive, read)).ShouldBe([image.Layers[0], image.Layers[0]]);
    }

    [Fact]
    public async Task Compressed_layers_in_docker_archives_get_their_own_digests()
    {
        var image = SampleImage.Make();
        WriteTar("c.tar", Member("manifest.json", """[{"Config":"c.json","Layers":["1","2"]}]"""u8.ToArray()), Member("c.json", image.Config), Member("1", image.Layers[0]), Member("2", image.Layers[1]));
        using var archive = await ImageArchive.OpenAsync(_scratch["c.tar"], default);
        var read = await archive.GetImageAsync(null, Amd64, default);
        read.Manifest.Layers.ShouldBe(image.Manifest.Layers);
        (await LayersAsync(archive, read)).ShouldBe(image.Layers);
    }

    [Fact]
    public async Task A_changed_blob_is_noticed()
    {
        var image = SampleImage.Make();
        await ImageArchiveWriter.WriteOciAsync(_scratch["directory"], image.Archived(), default);
        var path = _scratch[$"directory/blobs/sha256/{image.Manifest.Layers[1].Digest.Hex}"];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        using var archive = await ImageArchive.OpenAsync(_scratch["directory"], default);
        var read = await archive.GetImageAsync(null, Amd64, default);
        (await Should.ThrowAsync<OciException>(() => LayersAsync(archive, read))).Diagnostic.Code.ShouldBe("STR3137");
        File.Delete(path);
        (await Should.ThrowAsync<OciException>(() => LayersAsync(archive, read))).Diagnostic.Code.ShouldBe("STR3142");
        File.CreateSymbolicLink(path, "/etc/passwd");
        (await Should.ThrowAsync<OciException>(() => LayersAsync(archive, read))).Diagnostic.Code.ShouldBe("STR3142");
    }

    [Fact]
    public async Task Nothing_is_written_that_is_not_what_it_says()
    {
        var image = SampleImage.Make();
        var wrong = image.Archived() with { Layers = [BlobSource.Of(image.Manifest.Layers[0], image.Layers[1]), image.Sources[1]] };
        (await Should.ThrowAsync<OciException>(() => ImageArchiveWriter.WriteOciAsync(_scratch["directory"], wrong, default))).Diagnostic.Code.ShouldBe("STR3137");
        File.Exists(_scratch["directory/index.json"]).ShouldBeFalse();
        Directory.GetFiles(_scratch["directory/blobs/sha256"], "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_several_images_one_must_be_named()
    {
        var (one, two) = (SampleImage.Make(), SampleImage.Make("arm64"));
        await ImageArchiveWriter.WriteOciAsync(_scratch["d"], one.Archived(), default);
        await ImageArchiveWriter.WriteOciAsync(_scratch["d"], two.Archived(), default);
        var descriptors = new[] { one, two }.Select(image => Descriptor.Of(MediaTypes.OciManifest, DocumentWriter.Write(image.Manifest))).ToList();
        await IndexAsync(Named(descriptors[0], "v1", null), Named(descriptors[1], "v2", null));
        using (var archive = await ImageArchive.OpenAsync(_scratch["d"], default))
        {
            (await Should.ThrowAsync<OciException>(async () => await archive.GetImageAsync(null, Amd64, default))).Diagnostic.Help.ShouldNotBeNull().ShouldContain("v1, v2");
            (await archive.GetImageAsync("v1", Amd64, default)).Descriptor.Digest.ShouldBe(descriptors[0].Digest);
        }

        await IndexAsync(Named(descriptors[0], "v1", Amd64), Named(descriptors[1], "v1", new("linux", "arm64")));
        using (var archive = await ImageArchive.OpenAsync(_scratch["d"], default))
        {
            (await archive.GetImageAsync("v1", new("linux", "arm64"), default)).Descriptor.Digest.ShouldBe(descriptors[1].Digest);
        }

        Task IndexAsync(params Descriptor[] manifests) =>
            File.WriteAllBytesAsync(_scratch["d/index.json"], DocumentWriter.Write(new ImageIndex { Manifests = manifests }));

        static Descriptor Named(Descriptor descriptor, string name, Platform? platform) =>
            descriptor with { Platform = platform, Annotations = new Dictionary<string, string> { [Annotation.RefName] = name } };
    }

    [Fact]
    public async Task Hostile_archives_are_refused_with_a_code()
    {
        var manifest = Member("manifest.json", """[{"Config":"c.json","Layers":["l"]}]"""u8.ToArray());
        await RefusedAsync(manifest, Member("../escape", [1]));
        await RefusedAsync(manifest, Member("/etc/passwd", [1]));
        await RefusedAsync(manifest, Member("a/../../b", [1]));
        await RefusedAsync(manifest, Link("l", "/etc/passwd"));
        await RefusedAsync(manifest, Link("l", "../../etc/passwd"));
        await RefusedAsync(manifest, new PaxTarEntry(TarEntryType.Fifo, "pipe"));
        await RefusedAsync(manifest, new PaxTarEntry(TarEntryType.CharacterDevice, "dev"));
        await RefusedAsync(Member("x", [1]));
        await RefusedAsync(Member("manifest.json", "[]"u8.ToArray()));
        await RefusedAsync(Member("manifest.json", "{}"u8.ToArray()));
        await RefusedAsync(Member("manifest.json", """[{"Config":"../../etc/passwd","Layers":[]}]"""u8.ToArray()));
        await RefusedAsync(Link("manifest.json", "manifest.json"));
        await RefusedAsync(Link("manifest.json", "b"), Link("b", "manifest.json"));
        await RefusedAsync(Member("oci-layout", [1]), Member("index.json", "{}"u8.ToArray()));
        await RefusedAsync(Member("oci-layout", [1]), Member("index.json", """{"schemaVersion":2,"manifests":[]}"""u8.ToArray()));
        foreach (var bytes in (byte[][])[[], new byte[100], new byte[512], new byte[10_240], [0x1f, 0x8b, .. new byte[600]], DownloadTests.Bytes(5_000)])
        {
            await File.WriteAllBytesAsync(_scratch["x.tar"], bytes);
            await RefusedAsync();
        }
    }

    [Fact]
    public async Task Damaged_archives_are_read_or_refused_with_a_code()
    {
        await WriteAsync("sound.tar", SampleImage.Make(gzip: false, size: 100), docker: true);
        var sound = await File.ReadAllBytesAsync(_scratch["sound.tar"]);
        var random = new Random(5);
        for (var round = 0; round < Soak.Runs(300, 50_000); round++)
        {
            var bytes = random.Next(3) == 0 ? sound[..random.Next(sound.Length)] : (byte[])sound.Clone();
            for (var changes = random.Next(4); changes > 0 && bytes.Length > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            await File.WriteAllBytesAsync(_scratch["x.tar"], bytes);
            try
            {
                using var archive = await ImageArchive.OpenAsync(_scratch["x.tar"], default);
                await LayersAsync(archive, await archive.GetImageAsync(null, Amd64, default));
            }
            catch (OciException)
            {
                // With a code: what is wanted.
            }
        }
    }

    [Fact]
    public void Sizes_beyond_octal_are_written_and_read()
    {
        Span<byte> block = stackalloc byte[TarHeader.Length];
        foreach (var size in (long[])[0, 1, (1L << 33) - 1, 1L << 33, 1L << 40, long.MaxValue])
        {
            TarHeader.Write(block, "blobs/x", size, isDirectory: false);
            var header = new TarHeader(block);
            (header.Size, header.Name, header.Type, header.HasRightChecksum).ShouldBe((size, "blobs/x", '0', true));
        }
    }

    [Fact]
    public async Task Long_names_are_read_in_every_way_they_are_written()
    {
        var name = string.Join('/', Enumerable.Repeat(new string('d', 60), 4)) + "/layer.tar";
        foreach (var format in (TarEntryFormat[])[TarEntryFormat.Pax, TarEntryFormat.Gnu])
        {
            using (var output = File.Create(_scratch["long.tar"]))
            using (var writer = new TarWriter(output, format))
            {
                TarEntry entry = format == TarEntryFormat.Pax ? new PaxTarEntry(TarEntryType.RegularFile, name) : new GnuTarEntry(TarEntryType.RegularFile, name);
                entry.DataStream = new MemoryStream([1, 2, 3]);
                writer.WriteEntry(entry);
            }

            using var files = await TarFiles.OpenAsync(_scratch["long.tar"], default);
            files.SizeOf("./" + name).ShouldBe(3);
        }
    }

    private async Task RefusedAsync(params TarEntry[] entries)
    {
        if (entries.Length > 0)
        {
            WriteTar("x.tar", entries);
        }

        var failure = await Should.ThrowAsync<OciException>(async () =>
        {
            using var archive = await ImageArchive.OpenAsync(_scratch["x.tar"], default);
            await archive.GetImageAsync(null, Amd64, default);
        });
        failure.Diagnostic.Code.ShouldBeOneOf("STR3138", "STR3142", "STR3143");
    }

    private async Task WriteAsync(string name, SampleImage image, bool docker, string reference = "latest")
    {
        await using var output = File.Create(_scratch[name]);
        await (docker ? ImageArchiveWriter.WriteDockerAsync(output, image.Archived(reference), default) : ImageArchiveWriter.WriteOciAsync(output, image.Archived(reference), default));
    }

    private void WriteTar(string name, params TarEntry[] entries)
    {
        using var output = File.Create(_scratch[name]);
        using var writer = new TarWriter(output, TarEntryFormat.Pax);
        foreach (var entry in entries)
        {
            writer.WriteEntry(entry);
        }
    }

    private static PaxTarEntry Member(string name, byte[] content) => new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    private static async Task<List<byte[]>> LayersAsync(ImageArchive archive, ImageDescription image)
    {
        List<byte[]> layers = [];
        foreach (var layer in image.Manifest.Layers)
        {
            await using var stream = archive.OpenBlob(layer);
            var read = new MemoryStream();
            await stream.CopyToAsync(read);
            Digest.Of(read.ToArray()).ShouldBe(layer.Digest);
            layers.Add(read.ToArray());
        }

        return layers;
    }
}
