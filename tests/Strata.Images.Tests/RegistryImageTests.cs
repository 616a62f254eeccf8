using System.Formats.Tar;
using System.Text;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Store;
using Strata.Layers.Trees;
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
        await using var registry = await RealRegistry.StartAsync();
        var reference = registry.Reference("app:1");
        var pushed = await SampleImages.PushAsync(reference, [SampleImages.Tar(("etc/a", "1"), ("etc/b", "2")), SampleImages.Tar(("etc/.wh.a", ""), ("etc/c", "3"))]);

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
    public async Task A_damaged_layer_is_fetched_again_and_that_is_said()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "1"))]);
        var reference = registry.Reference("app:1").ToString();
        var first = await ResolveAsync(reference);
        var image = Directory.GetFiles(_data, "image.erofs", SearchOption.AllDirectories).ShouldHaveSingleItem();
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var file = File.OpenWrite(image))
        {
            file.Position = 5000;
            file.WriteByte(1);
        }

        var progress = new ProgressLines();
        var again = await ResolveAsync(reference, progress);

        (again.Layers[0].Outcome, again.Digest).ShouldBe((LayerOutcome.Pulled, first.Digest));
        progress.Lines.ShouldContain(line => line.Line.StartsWith("warning: The layer ", StringComparison.Ordinal) && line.Line.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_layer_that_is_present_is_not_fetched_again_and_a_new_tag_is_a_new_image()
    {
        await using var registry = await RealRegistry.StartAsync();
        var shared = SampleImages.Tar(("etc/a", "1"));
        await SampleImages.PushAsync(registry.Reference("app:1"), [shared]);
        await SampleImages.PushAsync(registry.Reference("other:1"), [shared, SampleImages.Tar(("etc/b", "2"))]);
        var first = await ResolveAsync(registry.Reference("app:1").ToString());

        var other = await ResolveAsync(registry.Reference("other:1").ToString());
        await SampleImages.PushAsync(registry.Reference("app:1"), [SampleImages.Tar(("etc/a", "changed"))]);
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

        await SampleImages.PushAsync(registry.Reference("one:1"), [SampleImages.Tar(("etc/a", "one")), link.ToArray()]);
        await SampleImages.PushAsync(registry.Reference("two:1"), [SampleImages.Tar(("etc/a", "two")), link.ToArray()]);
        await SampleImages.PushAsync(registry.Reference("none:1"), [SampleImages.Tar(("etc/b", "x")), link.ToArray()]);

        var one = await ResolveAsync(registry.Reference("one:1").ToString());
        var two = await ResolveAsync(registry.Reference("two:1").ToString());

        (await ContentAsync(one.Layers[1].Digest, "etc/again")).ShouldBe("one");
        (await ContentAsync(two.Layers[1].Digest, "etc/again")).ShouldBe("two");
        (await Should.ThrowAsync<UserErrorException>(() => ResolveAsync(registry.Reference("none:1").ToString()))).Diagnostics[0].Code.ShouldBe("STR3201");
    }

    [Fact]
    public async Task A_layer_without_entries_for_its_directories_leaves_them_as_they_are_below()
    {
        await using var registry = await RealRegistry.StartAsync();
        var top = SampleImages.Tar(("tmp/x", "x"), ("home/app/bin/tool", "t"));
        var (wide, narrow) = (Base(0x3ff, 1000), Base(0x1ed, 0));
        await SampleImages.PushAsync(registry.Reference("wide:1"), [wide, top]);
        await SampleImages.PushAsync(registry.Reference("narrow:1"), [narrow, top]);
        await SampleImages.PushAsync(registry.Reference("more:1"), [wide, top, SampleImages.Tar(("etc/a", "1"))]);

        var first = await ResolveAsync(registry.Reference("wide:1").ToString());
        var other = await ResolveAsync(registry.Reference("narrow:1").ToString());
        var more = await ResolveAsync(registry.Reference("more:1").ToString());

        (await DirectoriesAsync(first.Layers[1].Digest)).ShouldBe([" 755 0", "home 755 0", "home/app 700 1000", "home/app/bin 755 0", "tmp 1777 0"]);
        (await DirectoriesAsync(other.Layers[1].Digest)).ShouldBe([" 755 0", "home 755 0", "home/app 700 0", "home/app/bin 755 0", "tmp 755 0"]);
        more.Layers.Select(l => l.Outcome).ShouldBe([LayerOutcome.Reused, LayerOutcome.Reused, LayerOutcome.Pulled]);
        more.Layers[1].Digest.ShouldBe(first.Layers[1].Digest);

        static byte[] Base(int temporaryMode, int user)
        {
            var tar = new MemoryStream();
            using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "tmp") { Mode = (UnixFileMode)temporaryMode });
                writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "home/app") { Mode = (UnixFileMode)0x1c0, Uid = user });
            }

            return tar.ToArray();
        }
    }

    [Fact]
    public async Task Many_layers_that_wait_for_those_below_all_come()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("many:1"), [.. Enumerable.Range(0, 40).Select(i => SampleImages.Tar(($"d{i}/f", $"{i}")))]);

        var image = await ResolveAsync(registry.Reference("many:1").ToString());

        image.Layers.Count.ShouldBe(40);
        for (var i = 0; i < 40; i++)
        {
            (await ContentAsync(image.Layers[i].Digest, $"d{i}/f")).ShouldBe($"{i}");
        }
    }

    [Fact]
    public async Task What_is_not_there_or_made_wrong_is_refused_with_a_reason_and_nothing_is_kept()
    {
        await using var registry = await RealRegistry.StartAsync();
        await SampleImages.PushAsync(registry.Reference("wrong:1"), [SampleImages.Tar(("etc/a", "1"))], diffId: Digest.Of("other"u8));
        await SampleImages.PushAsync(registry.Reference("evil:1"), [SampleImages.Tar(("../evil", "1"))]);

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

    private async Task<List<string>> DirectoriesAsync(Digest layer)
    {
        using var lease = (await new LocalLayerStore(_data, TimeProvider.System).Public.OpenAsync(layer, CancellationToken.None)).Lease.ShouldNotBeNull();
        using var reader = ErofsReader.Open(lease.ImagePath);
        return [.. reader.Entries().Select(e => e.Entry).Where(e => e.Kind is EntryKind.Directory)
            .Select(e => $"{Encoding.UTF8.GetString(e.Path)} {Convert.ToString(e.Mode, 8)} {e.User}")];
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
}
