using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Erofs;

/// <summary>What the kernel and fsck.erofs say about images.</summary>
public sealed class KernelMountTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Image => _directory.Combine("image");

    private ErofsMount Mount() => ErofsMount.Of(Image, _directory.Combine("mnt"));

    private PackedLayer Build(Action<LayerBuilder> fill)
    {
        var layer = LayerImages.Build(Image, fill);
        Shell.Run(_directory.Path, "fsck.erofs image");
        layer.SizeBytes.ShouldBe(new FileInfo(Image).Length);
        return layer;
    }

    [Fact]
    public void The_kernel_sees_every_kind_of_entry()
    {
        Build(b =>
        {
            b.Add(Folder("", 0x1c9) with { User = 70000, Group = 80000, Modified = new(-5, 999_999_999) });
            b.AddFile(Entry(EntryKind.File, "d/f", 0x9ed) with { User = 1 << 20, Group = 3_000_000_000 }, "content"u8);
            b.AddFile("empty", "");
            b.Add(Symlink("l", "d/f"));
            b.Add(Symlink("long", new string('t', 4090)));
            b.Add(HardLink("h", "d/f"));
            b.Add(Entry(EntryKind.CharacterDevice, "c") with { DeviceMajor = 300, DeviceMinor = 70000 });
            b.Add(Entry(EntryKind.BlockDevice, "b") with { DeviceMajor = 8, DeviceMinor = 1 });
            b.Add(Entry(EntryKind.CharacterDevice, "whiteout"));
            b.Add(Entry(EntryKind.Fifo, "p"));
        });
        using var mount = Mount();
        Shell.Run(mount.Path, "find . ! -type d -printf '%P %y %m %U %G %T@ %s %n\\n' | LC_ALL=C sort")
            .ShouldBe("""
                b b 644 0 0 1000000000.0000000050 0 1
                c c 644 0 0 1000000000.0000000050 0 1
                d/f f 4755 1048576 3000000000 1000000000.0000000050 7 2
                empty f 644 0 0 1000000000.0000000050 0 1
                h f 4755 1048576 3000000000 1000000000.0000000050 7 2
                l l 777 0 0 1000000000.0000000050 3 1
                long l 777 0 0 1000000000.0000000050 4090 1
                p p 644 0 0 1000000000.0000000050 0 1
                whiteout c 0 0 0 0.0000000000 0 1

                """);
        Shell.Run(mount.Path, "cat h; readlink l; readlink -n long | wc -c; stat -c %t:%T c b whiteout; stat -c '%a %u %Y %h' d; stat -c '%a %u %g %.9Y %h' .").ShouldBe("contentd/f\n4090\n12c:11170\n8:1\n0:0\n755 0 0 2\n711 70000 80000 -4.000000001 3\n");
    }

    [Fact]
    public void Attributes_come_back_as_they_were()
    {
        var many = Enumerable.Range(0, 300).Select(i => new Xattr(Encoding.UTF8.GetBytes($"user.n{i:d3}"), new byte[i])).ToList();
        Xattr[] mixed =
        [
            new("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray()), new("security.capability"u8.ToArray(), Convert.FromHexString("0100000200040000000000000000000000000000")),
            new("system.posix_acl_access"u8.ToArray(), Convert.FromHexString("0200000001000600FFFFFFFF02000700E803000004000400FFFFFFFF10000700FFFFFFFF20000400FFFFFFFF")),
            new("user.a"u8.ToArray(), []),
        ];
        Build(b =>
        {
            b.Add(Folder("many") with { Attributes = many });
            b.AddFile(Entry(EntryKind.File, "many/f") with { Attributes = mixed }, "x"u8);
            b.AddFile(Entry(EntryKind.File, "large") with { Attributes = [new("user.large"u8.ToArray(), Encoding.ASCII.GetBytes(new string('v', 60000)))] }, "x"u8);
            b.MarkOpaque("many"u8);
        });
        using var mount = Mount();
        Attributes.List(mount.Path + "/many/f").ShouldBe(string.Concat(mixed.OrderBy(a => Encoding.UTF8.GetString(a.Name), StringComparer.Ordinal)
            .Select(a => $"{Encoding.UTF8.GetString(a.Name)}={Convert.ToHexString(a.Value)}\n")));
        Attributes.List(mount.Path + "/many").ShouldBe("trusted.overlay.opaque=79\n" + string.Concat(many.Select(a => $"{Encoding.UTF8.GetString(a.Name)}={Convert.ToHexString(a.Value)}\n")));
        Attributes.List(mount.Path + "/large").Length.ShouldBe("user.large=\n".Length + 120000);
    }

    [Fact]
    public void A_directory_of_70000_names_is_whole()
    {
        Build(b =>
        {
            for (var i = 0; i < 70000; i++)
            {
                b.Add(Entry(EntryKind.File, i % 1000 == 0 ? $"d/{new string('x', 249)}{i:d6}" : $"d/-{i}"));
            }
        });
        using var mount = Mount();
        Directory.GetFiles(mount.Path + "/d").Length.ShouldBe(70000);
        File.Exists($"{mount.Path}/d/-69999").ShouldBeTrue();
        File.Exists($"{mount.Path}/d/{new string('x', 249)}069000").ShouldBeTrue();
        File.Exists($"{mount.Path}/d/-69000").ShouldBeFalse();
    }

    [Fact]
    public void Runs_of_zeros_are_holes_and_files_over_4_GiB_work()
    {
        var layer = Build(b =>
        {
            b.BeginFile(Entry(EntryKind.File, "huge") with { Size = (5L << 30) + 5 });
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 5120; i++)
            {
                b.Write(zeros);
                zeros[7] = (byte)(i == 99 ? 1 : 0); // the 100th MiB
            }

            b.Write("end.."u8);
            b.EndFile();
            b.AddFile(Entry(EntryKind.File, "zeros"), new byte[1 << 20]);
            b.AddFile(Entry(EntryKind.File, "small zeros"), new byte[5000]);
        });
        layer.SizeBytes.ShouldBeLessThan(1 << 20);
        using var mount = Mount();
        Shell.Run(mount.Path, "stat -c %s huge zeros; tail -c 5 huge; od -An -tx1 -j 104857606 -N 3 huge; cmp -n 1048576 zeros /dev/zero; cmp -n 5000 'small zeros' /dev/zero")
            .ShouldBe("5368709125\n1048576\nend.. 00 01 00\n");
    }

    [Fact]
    public void A_view_shows_the_data_of_other_images()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        LayerImages.Build(_directory.Combine("base"), b => b.AddFile(Entry(EntryKind.File, "f"), content));
        var blocks = new FileInfo(_directory.Combine("base")).Length / 4096;
        using (var builder = new LayerBuilder(new(Image, null), [new(Strata.Core.Digest.Of("x"u8), blocks)]))
        {
            builder.AddExternalFile(Entry(EntryKind.File, "a/b/whole") with { Size = content.Length }, default, [new(1, 1, 74)]);
            builder.AddExternalFile(Entry(EntryKind.File, "pieces") with { Size = 12 << 12 }, default, [new(1, 5, 4), Strata.Layers.Erofs.DataExtent.Hole(4), new(1, 1, 4)]);
            builder.Finish();
        }

        using var mount = ErofsMount.Of(Image, _directory.Combine("mnt"), _directory.Combine("base"));
        File.ReadAllBytes(mount.Path + "/a/b/whole").ShouldBe(content);
        File.ReadAllBytes(mount.Path + "/pieces").ShouldBe([.. content[(4 << 12)..(8 << 12)], .. new byte[4 << 12], .. content[..(4 << 12)]]);
    }

    [Fact]
    public void Data_behind_16_GiB_is_found()
    {
        const long start = (17L << 30) >> 12;
        using (var device = File.OpenHandle(_directory.Combine("base"), FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(device, Encoding.ASCII.GetBytes(new string('x', 4096)), start << 12);
        }

        using (var builder = new LayerBuilder(new(Image, null), [new(Strata.Core.Digest.Of("x"u8), start + 1)]))
        {
            builder.AddExternalFile(Entry(EntryKind.File, "f") with { Size = 4000 }, default, [new(1, (uint)start, 1)]);
            builder.Finish();
        }

        using var mount = ErofsMount.Of(Image, _directory.Combine("mnt"), _directory.Combine("base"));
        File.ReadAllText(mount.Path + "/f").ShouldBe(new string('x', 4000));
    }
}
