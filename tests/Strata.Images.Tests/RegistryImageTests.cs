using System.Formats.Tar;
using System.Text;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Oci.Content;
using Strata.Oci.Credentials;
using Strata.Oci.Documents;
using Strata.Oci.References;
using Strata.Oci.Registries;
using Strata.Oci.Tests;

namespace Strata.Images.Tests;

/// <summary>Images of a real registry become layers.</summary>
public sealed class RegistryImageTests : IDisposable
{
    private static readonly SourceSpan At = new("strata.yml", 3, 11);

    private readonly string _data = Directory.CreateTempSubdirectory("strata-pull-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task An_image_is_pulled_once_and_then_needs_its_registry_for_the_tag_alone()
    {
        var registry = await RealRegistry.StartAsync();
        var reference = registry.Reference("app:1");
        var pushed = await PushAsync(reference, [Tar(("etc/a", "1"), ("etc/b", "2")), Tar(("etc/.wh.a", ""), ("etc/c", "3"))]);

        var first = await ResolveAsync(reference.ToString());
        var again = await ResolveAsync(reference.ToString());

        first.Layers.Select(l => l.Outcome).ShouldBe([LayerOutcome.Pulled, LayerOutcome.Pulled]);
        again.Layers.Select(l => l.Outcome).ShouldBe([LayerOutcome.Reused, LayerOutcome.Reused]);
        again.Digest.ShouldBe(first.Digest);
        first.Lowers.Count.ShouldBe(2);
        (first.Config.Environment["X"], first.Config.WorkingDirectory, first.Config.User).ShouldBe(("y", "/opt", "1000:1000"));
        first.Config.Entrypoint.ShouldBe(["/bin/app"]);
        var upper = await NamesAsync(first.Layers[1].Digest);
        upper.ShouldContain(("etc/a", true));
        upper.ShouldContain(("etc/c", false));

        await registry.DisposeAsync();
        var progress = new ProgressLines();
        (await ResolveAsync(reference.ToString(), progress)).Digest.ShouldBe(first.Digest);
        progress.Lines.ShouldContain(line => line.Line.StartsWith("warning: ", StringComparison.Ordinal));
        progress = new();
        (await ResolveAsync($"{registry.Host}/app@{pushed}", progress)).Digest.ShouldBe(first.Digest);
        progress.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_layer_that_is_present_is_not_fetched_again_and_a_new_tag_is_a_new_image()
    {
        await using var registry = await RealRegistry.StartAsync();
        var shared = Tar(("etc/a", "1"));
        await PushAsync(registry.Reference("app:1"), [shared]);
        await PushAsync(registry.Reference("other:1"), [shared, Tar(("etc/b", "2"))]);
        var first = await ResolveAsync(registry.Reference("app:1").ToString());

        var other = await ResolveAsync(registry.Reference("other:1").ToString());
        await PushAsync(registry.Reference("app:1"), [Tar(("etc/a", "changed"))]);
        var changed = await ResolveAsync(registry.Reference("app:1").ToString());

        other.Layers.Select(l => l.Outcome).ShouldBe([LayerOutcome.Reused, LayerOutcome.Pulled]);
        other.Layers[0].Digest.ShouldBe(first.Layers[0].Digest);
        changed.Digest.ShouldNotBe(first.Digest);
    }

    [Fact]
    public async Task A_hard_link_to_a_file_of_a_layer_below_has_its_content()
    {
        await using var registry = await RealRegistry.StartAsync();
        var link = new MemoryStream();
        await using (var writer = new TarWriter(link, TarEntryFormat.Ustar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.HardLink, "etc/again") { LinkName = "etc/a" });
        }

        await PushAsync(registry.Reference("one:1"), [Tar(("etc/a", "one")), link.ToArray()]);
        await PushAsync(registry.Reference("two:1"), [Tar(("etc/a", "two")), link.ToArray()]);
        await PushAsync(registry.Reference("none:1"), [Tar(("etc/b", "x")), link.ToArray()]);

        var one = await ResolveAsync(registry.Reference("one:1").ToString());
        var two = await ResolveAsync(registry.Reference("two:1").ToString());

        (await ContentAsync(one.Layers[1].Digest, "etc/again")).ShouldBe("one");
        (await ContentAsync(two.Layers[1].Digest, "etc/again")).ShouldBe("two");
        (await Should.ThrowAsync<UserErrorException>(() => ResolveAsync(registry.Reference("none:1").ToString()))).Diagnostics[0].Code.ShouldBe("STR3201");
    }

    [Fact]
    public async Task What_is_not_there_or_made_wrong_is_refused_with_a_reason_and_nothing_is_kept()
    {
        await using var registry = await RealRegistry.StartAsync();
        await PushAsync(registry.Reference("wrong:1"), [Tar(("etc/a", "1"))], diffId: Digest.Of("other"u8));
        await PushAsync(registry.Reference("evil:1"), [Tar(("../evil", "1"))]);

        var missing = await Should.ThrowAsync<UserErrorException>(() => ResolveAsync(registry.Reference("none:1").ToString()));
        missing.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3016");
        missing.Diagnostics[0].At.ShouldBe(At);
        (await Should.ThrowAsync<EnvironmentException>(() => ResolveAsync(registry.Reference("wrong:1").ToString()))).Diagnostic.Code.ShouldBe("STR3017");
        (await Should.ThrowAsync<UserErrorException>(() => ResolveAsync(registry.Reference("evil:1").ToString()))).Diagnostics[0].Code.ShouldBe("STR3201");
        new LocalLayerStore(_data, TimeProvider.System).List(CancellationToken.None).ShouldBeEmpty();
        Directory.EnumerateDirectories(Path.Combine(_data, "layers/_public"), "tmp-*").ShouldBeEmpty();
    }

    private async Task<ResolvedImage> ResolveAsync(string reference, ProgressLines? progress = null)
    {
        using var resolver = new ImageResolver(_data, OwnerPolicy.Root, TimeProvider.System);
        return await resolver.ResolveAsync(new BaseImage.Oci(reference, At), progress ?? new(), CancellationToken.None);
    }

    private async Task<List<(string Path, bool IsWhiteout)>> NamesAsync(Digest layer)
    {
        using var lease = (await new LocalLayerStore(_data, TimeProvider.System).Public.OpenAsync(layer, CancellationToken.None)).Lease.ShouldNotBeNull();
        using var reader = ErofsReader.Open(lease.ImagePath);
        return [.. reader.Entries().Select(e => (Encoding.UTF8.GetString(e.Entry.Path), e.Entry.IsWhiteout))];
    }

    private async Task<string> ContentAsync(Digest layer, string path)
    {
        using var lease = (await new LocalLayerStore(_data, TimeProvider.System).Public.OpenAsync(layer, CancellationToken.None)).Lease.ShouldNotBeNull();
        using var reader = ErofsReader.Open(lease.ImagePath);
        var file = reader.Entries().Single(e => Encoding.UTF8.GetString(e.Entry.Path) == path);
        if (file.Entry.Kind == EntryKind.HardLink)
        {
            return await ContentAsync(layer, Encoding.UTF8.GetString(file.Entry.Link));
        }

        var bytes = new byte[file.Entry.Size];
        reader.ReadContent(file, 0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static async Task<Digest> PushAsync(Reference reference, IReadOnlyList<byte[]> tars, Digest? diffId = null)
    {
        using var client = new RegistryClient(new RegistryOptions(), new CredentialFiles(TimeProvider.System), TimeProvider.System);
        var config = DocumentWriter.Write(new Strata.Oci.Documents.ImageConfig
        {
            Platform = Platform.Host,
            Env = ["PATH=/bin", "X=y"],
            User = "1000:1000",
            WorkingDirectory = "/opt",
            Entrypoint = ["/bin/app"],
            DiffIds = [.. tars.Select(tar => diffId ?? Digest.Of(tar))],
        });
        var layers = tars.Select(tar => Descriptor.Of(MediaTypes.OciLayer, tar)).ToList();
        for (var i = 0; i < tars.Count; i++)
        {
            await client.PushBlobAsync(reference, BlobSource.Of(layers[i], tars[i]), null, CancellationToken.None);
        }

        var configDescriptor = Descriptor.Of(MediaTypes.OciConfig, config);
        await client.PushBlobAsync(reference, BlobSource.Of(configDescriptor, config), null, CancellationToken.None);
        var manifest = DocumentWriter.Write(new Manifest { Config = configDescriptor, Layers = layers });
        return (await client.PushManifestAsync(reference, MediaTypes.OciManifest, manifest, CancellationToken.None)).Digest;
    }

    private static byte[] Tar(params (string Name, string Content)[] files)
    {
        var output = new MemoryStream();
        using (var writer = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
            }
        }

        return output.ToArray();
    }
}
