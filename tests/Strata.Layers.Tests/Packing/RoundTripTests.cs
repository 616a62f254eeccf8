using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Trees;
using Strata.Layers.Trees;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Packing;

public sealed class RoundTripTests : IDisposable
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private LayerTarget Target(string name) => new(_directory.Combine(name), _directory.Combine(name + ".index"));

    private async Task<byte[]> ToTar(string image, WhiteoutForm form)
    {
        using var reader = ErofsReader.Open(_directory.Combine(image));
        using var tar = new MemoryStream();
        await LayerExtractor.ToTarAsync(reader, tar, form, CancellationToken.None);
        return tar.ToArray();
    }

    private Task<PackedLayer> FromTar(byte[] tar, string image, WhiteoutForm form = WhiteoutForm.Oci) =>
        LayerPacker.FromTarAsync(new MemoryStream(tar), Target(image), new() { Form = form }, CancellationToken.None);

    [Fact]
    public async Task A_tree_by_directory_by_tar_and_by_extraction_is_the_same_layer()
    {
        for (var seed = 100; seed < (Soak ? 300 : 106); seed++)
        {
            var source = _directory.Combine($"source{seed}");
            RandomTree.Make(source, seed);
            var layer = await LayerPacker.FromDirectoryAsync(source, Target($"a{seed}"), PackOptions.Default, CancellationToken.None);
            var tar = await ToTar($"a{seed}", WhiteoutForm.Overlay);
            (await FromTar(tar, $"b{seed}", WhiteoutForm.Overlay)).ShouldBe(layer, $"seed {seed}");
            File.ReadAllBytes(_directory.Combine($"b{seed}.index")).ShouldBe(File.ReadAllBytes(_directory.Combine($"a{seed}.index")));

            Shell.Run(source, "find . '(' -type c -o -type b ')' -delete");
            var without = await LayerPacker.FromDirectoryAsync(source, Target($"c{seed}"), PackOptions.Default, CancellationToken.None);
            var target = Directory.CreateDirectory(_directory.Combine($"target{seed}")).FullName;
            using var reader = ErofsReader.Open(_directory.Combine($"c{seed}"));
            await LayerExtractor.ToDirectoryAsync(reader, target, new(OwnerPolicy.Root, ExtractedMarks.None), CancellationToken.None);
            RandomTree.ShouldBeTheSameTree(target, source, $"seed {seed}");
            (await LayerPacker.FromDirectoryAsync(target, Target($"d{seed}"), PackOptions.Default, CancellationToken.None)).ShouldBe(without);
        }
    }

    [Fact]
    public async Task GNU_tar_reads_what_is_written()
    {
        var source = _directory.Combine("source");
        RandomTree.Make(source, 5);
        await LayerPacker.FromDirectoryAsync(source, Target("image"), PackOptions.Default, CancellationToken.None);
        await File.WriteAllBytesAsync(_directory.Combine("out.tar"), await ToTar("image", WhiteoutForm.Oci));
        Shell.Run(_directory.Path, "mkdir out && tar -C out --xattrs --xattrs-include='*' --same-owner -xpf out.tar");
        RandomTree.ShouldBeTheSameTree(_directory.Combine("out"), source, "GNU tar");
    }

    [Fact]
    public void The_reader_and_the_index_say_what_was_put_in()
    {
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var image = _directory.Combine($"{seed}");
            var entries = RandomEntries.Make(seed);
            using (var builder = new LayerBuilder(new(image, image + ".index")))
            {
                foreach (var (entry, content) in entries)
                {
                    if (entry.Kind is EntryKind.File)
                    {
                        builder.AddFile(entry, content);
                    }
                    else
                    {
                        builder.Add(entry);
                    }
                }

                builder.Finish();
            }

            using var reader = ErofsReader.Open(image);
            var read = reader.Entries().ToList();
            RandomEntries.Show(read.Select(e => (e.Entry, Content(reader, e)))).ShouldBe(RandomEntries.Show(entries));
            RandomEntries.Show(LayerIndex.Open(image + ".index").Entries().Select(e => (e.Entry, Array.Empty<byte>())))
                .ShouldBe(RandomEntries.Show(entries.Select(e => (e.Entry, Array.Empty<byte>()))));
            File.Delete(image);
            File.Delete(image + ".index");
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 2000 : 60), property);
    }

    [Fact]
    public async Task OCI_whiteouts_hide_what_is_below_and_nothing_of_their_own_layer()
    {
        var layer = await FromTar(
            new TarBuilder().File("d/.wh.gone").File(".wh.kept", "").File("kept", "mine").File("full/.wh..wh..opq").File("full/f", "x").Directory("swapped").File("swapped/g", "y")
                .File(".wh.swapped").File(".wh..wh.plnk").Finished(), "image");
        using var reader = ErofsReader.Open(_directory.Combine("image"));
        RandomEntries.Names(reader).ShouldBe(["d:", "d:d", "c:d/gone", "d:full!", "f:full/f", "f:kept", "d:swapped!", "f:swapped/g"]);
        (await FromTar(await ToTar("image", WhiteoutForm.Oci), "again")).TreeDigest.ShouldBe(layer.TreeDigest); // data is in the order of the archive
        Encoding.UTF8.GetString(await ToTar("image", WhiteoutForm.Oci)).ShouldContain("full/.wh..wh..opq");
    }

    [Theory]
    [InlineData(ExtractedMarks.Trusted, "trusted.overlay.opaque=79\n")]
    [InlineData(ExtractedMarks.User, "user.overlay.opaque=79\n")]
    [InlineData(ExtractedMarks.None, "")]
    public async Task Extraction_writes_removals_as_the_overlay_wants_them(ExtractedMarks marks, string attributes)
    {
        Build(_directory.Combine("image"), b =>
        {
            b.MarkOpaque("d"u8);
            b.Add(Entry(EntryKind.CharacterDevice, "gone"));
            b.Add(Entry(EntryKind.CharacterDevice, "null") with { DeviceMajor = 1, DeviceMinor = 3 });
        });
        using var reader = ErofsReader.Open(_directory.Combine("image"));
        var target = Directory.CreateDirectory(_directory.Combine("target")).FullName;
        var extracted = await LayerExtractor.ToDirectoryAsync(reader, target, new(OwnerPolicy.Root, marks), CancellationToken.None);
        Attributes.List(target + "/d").ShouldBe(attributes);
        File.Exists(target + "/gone").ShouldBe(marks is not ExtractedMarks.None);
        File.Exists(target + "/null").ShouldBeFalse();
        extracted.DevicesDropped.ShouldBe(marks is ExtractedMarks.None ? 2 : 1);
    }

    [Fact]
    public async Task A_hard_link_to_a_layer_below_brings_the_file_with_it()
    {
        await FromTar(new TarBuilder().File("d/f", "below").File("gone/f", "x").Finished(), "lower");
        await FromTar(new TarBuilder().File(".wh.gone").Finished(), "middle");
        var upper = new TarBuilder().HardLink("link", "d/f").Finished();
        await Should.ThrowAsync<MissingLinkTargetException>(() => FromTar(upper, "refused"));
        using var lower = ErofsReader.Open(_directory.Combine("lower"));
        using var middle = ErofsReader.Open(_directory.Combine("middle"));
        var options = new TarPackOptions { OpenLowers = _ => new([lower, middle]) };
        await LayerPacker.FromTarAsync(new MemoryStream(upper), Target("upper"), options, CancellationToken.None);
        using (var mount = ErofsMount.Of(_directory.Combine("upper"), _directory.Combine("mnt")))
        {
            Shell.Run(mount.Path, "cat link; stat -c %h link; test link -ef d/f").ShouldBe("below2\n");
        }

        var hidden = new TarBuilder().HardLink("link", "gone/f").Finished();
        await Should.ThrowAsync<MissingLinkTargetException>(
            () => LayerPacker.FromTarAsync(new MemoryStream(hidden), Target("hidden"), options, CancellationToken.None));
    }

    [Fact]
    public async Task A_directory_without_an_entry_is_as_the_one_below_it()
    {
        await FromTar(
            new TarBuilder().Pax(("SCHILY.xattr.user.mark", "m")).Member("./", '5', mode: 0x1c0, user: 7).Member("tmp", '5', mode: 0x3ff).Member("home/app", '5', mode: 0x1c0, user: 1000)
                .Member("emptied", '5', mode: 0x1f8).Member("made-anew", '5', mode: 0x1c0).Member("made-anew/in", '5', mode: 0x1c0).Member("was-file", '0').Finished(),
            "lower");
        using var lower = ErofsReader.Open(_directory.Combine("lower"));
        await LayerPacker.FromTarAsync(
            new MemoryStream(new TarBuilder().Directory("home").Finished()), Target("middle"), new() { OpenLowers = _ => new([lower]) }, CancellationToken.None);
        var archive = new TarBuilder().File("tmp/x").File("home/app/bin/tool").File("emptied/.wh..wh..opq").File(".wh.made-anew").File("made-anew/in/f").File("was-file/f").Finished();
        using var middle = ErofsReader.Open(_directory.Combine("middle"));
        var asked = 0;
        var options = new TarPackOptions
        {
            OpenLowers = _ =>
            {
                asked++;
                return new([lower, middle]);
            },
        };

        var above = await LayerPacker.FromTarAsync(new MemoryStream(archive), Target("upper"), options, CancellationToken.None);
        var alone = await FromTar(archive, "alone");
        var named = await LayerPacker.FromTarAsync(
            new MemoryStream(new TarBuilder().Directory("./").Directory("d").File("d/f").Finished()), Target("named"), options, CancellationToken.None);

        (above.DependsOnLowers, alone.DependsOnLowers, named.DependsOnLowers, asked).ShouldBe((true, true, false, 1));
        using var upper = ErofsReader.Open(_directory.Combine("upper"));
        upper.Entries().Where(e => e.Entry.Kind is EntryKind.Directory).Select(Described).ShouldBe(
        [
            " 700 7 1000000000 user.mark", "emptied 770 0 1000000000 trusted.overlay.opaque", "home 755 0 1000000000 ", "home/app 700 1000 1000000000 ", "home/app/bin 755 0 0 ",
            "made-anew 755 0 0 trusted.overlay.opaque", "made-anew/in 755 0 0 ", "tmp 1777 0 1000000000 ", "was-file 755 0 0 ",
        ]);
    }

    [Fact]
    public async Task What_is_put_into_a_directory_that_is_a_link_below_goes_where_the_link_points_to()
    {
        await FromTar(
            new TarBuilder().Member("usr/bin", '5', mode: 0x1c0, user: 7).File("usr/bin/sh", "shell").File("usr/bin/gone").File("usr/lib/old").Link("bin", "usr/bin").Link("lib", "hidden").Link("sbin", "./bin/")
                .Link("abs", "/usr/../usr/bin").Link("out", "../../../outside/of/it").Link("loop", "loop/x").Link("was-link", "usr").Link("gone-link", "usr").File("was-file").Link("to-file", "was-file").Finished(),
            "lower");
        await FromTar(new TarBuilder().Link("lib", "usr/lib").Directory("was-link").Finished(), "middle");
        using var lower = ErofsReader.Open(_directory.Combine("lower"));
        using var middle = ErofsReader.Open(_directory.Combine("middle"));
        var options = new TarPackOptions { OpenLowers = _ => new([lower, middle]) };
        var archive = new TarBuilder()
            .File("bin/x", "1").File("bin/.wh.gone").HardLink("bin/sh2", "bin/sh").HardLink("same", "sbin/x").Directory("bin/d/").File("bin/d/f").File("abs/x", "2").File("lib/.wh..wh..opq").File("lib/l")
            .File("sbin/deep/er/s").File("out/o").File("was-link/w").File(".wh.gone-link").File("gone-link/g").File("to-file/t").Finished();

        var packed = await LayerPacker.FromTarAsync(new MemoryStream(archive), Target("upper"), options, CancellationToken.None);

        packed.DependsOnLowers.ShouldBeTrue();
        using (var upper = ErofsReader.Open(_directory.Combine("upper")))
        {
            upper.Entries().Select(static e => $"{Encoding.UTF8.GetString(e.Entry.Path)} {e.Entry.Kind}").ShouldBe(
            [
                " Directory", "gone-link Directory", "gone-link/g File", "outside Directory", "outside/of Directory", "outside/of/it Directory", "outside/of/it/o File", "same File",
                "usr Directory", "usr/bin Directory", "usr/bin/d Directory", "usr/bin/d/f File", "usr/bin/deep Directory", "usr/bin/deep/er Directory",
                "usr/bin/deep/er/s File", "usr/bin/gone CharacterDevice", "usr/bin/sh File", "usr/bin/sh2 HardLink", "usr/bin/x File", "usr/lib Directory", "usr/lib/l File",
                "was-file Directory", "was-file/t File", "was-link Directory", "was-link/w File",
            ]);
            Described(upper.Find("usr/bin"u8)!).ShouldBe("usr/bin 700 7 1000000000 ");
            Described(upper.Find("usr/lib"u8)!).ShouldEndWith(" trusted.overlay.opaque");
            Described(upper.Find("gone-link"u8)!).ShouldEndWith(" trusted.overlay.opaque");
        }

        using var mount = ErofsMount.Of(_directory.Combine("upper"), _directory.Combine("mnt"));
        Shell.Run(mount.Path, "cat usr/bin/x same usr/bin/sh2; test usr/bin/sh -ef usr/bin/sh2").ShouldBe("21shell");
    }

    [Theory]
    [InlineData("loop/x")]
    [InlineData("many/x")]
    [InlineData("deep/x")]
    public async Task Links_below_that_have_no_end_or_lead_too_deep_are_refused(string path)
    {
        var builder = new TarBuilder().Link("loop", "loop2").Link("loop2", "./loop").Link("many", "m0").Pax(("linkpath", string.Join('/', Enumerable.Repeat("d", 257)))).Link("deep", "");
        for (var i = 0; i < 40; i++)
        {
            builder.Link($"m{i}", $"m{i + 1}");
        }

        await FromTar(builder.Finished(), "lower");
        using var lower = ErofsReader.Open(_directory.Combine("lower"));

        var refused = await Should.ThrowAsync<HostileArchiveException>(() => LayerPacker.FromTarAsync(
            new MemoryStream(new TarBuilder().File(path).Finished()), Target("upper"), new() { OpenLowers = _ => new([lower]) }, CancellationToken.None));

        refused.Message.ShouldStartWith($"{path}: ");
    }

    private static string Described(ErofsEntry e) =>
        $"{Encoding.UTF8.GetString(e.Entry.Path)} {Convert.ToString(e.Entry.Mode, 8)} {e.Entry.User} {e.Entry.Modified.Seconds} "
        + string.Join(' ', e.Entry.Attributes.Select(a => Encoding.UTF8.GetString(a.Name.AsSpan())));

    private static byte[] Content(ErofsReader reader, ErofsEntry entry)
    {
        var content = new byte[entry.Entry.Size];
        reader.ReadContent(entry, 0, content);
        return content;
    }
}
