using System.Diagnostics;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Packing;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Erofs;

public sealed class ErofsReaderTests : IDisposable
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-E noinline_data")]
    [InlineData("-E noinline_data,force-inode-extended -x1")]
    [InlineData("-E noinline_data -T0 --all-root")]
    public void What_mkfs_erofs_writes_is_read(string options)
    {
        var source = _directory.Combine("source");
        RandomTree.Make(source, 12);
        Shell.Run(_directory.Path, $"mkfs.erofs {options} image source");
        using var reader = ErofsReader.Open(_directory.Combine("image"));
        var entries = reader.Entries().ToList();
        entries.Count.ShouldBe(int.Parse(Shell.Run(source, "find . -printf x | wc -c"), System.Globalization.CultureInfo.InvariantCulture));
        using var mount = ErofsMount.Of(_directory.Combine("image"), _directory.Combine("mnt"));
        var target = Directory.CreateDirectory(_directory.Combine("out")).FullName;
        foreach (var file in entries.Where(e => e.Entry.Kind is EntryKind.File))
        {
            var content = new byte[file.Entry.Size];
            reader.ReadContent(file, 0, content);
            var path = Path.Combine(mount.Path, System.Text.Encoding.UTF8.GetString(file.Entry.Path));
            content.ShouldBe(File.ReadAllBytes(path));
            Attributes.List(path).ShouldBe(string.Concat(file.Entry.Attributes.Select(a => $"{System.Text.Encoding.UTF8.GetString(a.Name)}={Convert.ToHexString(a.Value)}\n")));
        }
    }

    [Fact]
    public void Damaged_images_are_read_or_refused_never_anything_else()
    {
        var entries = Enumerable.Range(1, 100).Select(RandomEntries.Make).First(t => t.Count > 30 && t.Sum(e => e.Content.Length) is > 0 and < 200_000);
        using (var builder = new LayerBuilder(new(_directory.Combine("image"), null)))
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

            builder.Add(Entry(EntryKind.HardLink, "link") with { Link = entries.First(e => e.Content.Length > 0).Entry.Path });
            builder.Finish();
        }

        var whole = File.ReadAllBytes(_directory.Combine("image"));
        whole.AsSpan(1024 + 8, 1)[0] &= 0xfe; // else the superblock's checksum would catch all damage of it
        var metadata = BitConverter.ToInt32(whole, 1024 + 40) * 4096;
        var random = new Random(Soak ? Environment.TickCount : 1);
        var refused = 0;
        var rounds = Soak ? 100_000 : 1500;
        for (var i = 0; i < rounds; i++)
        {
            var image = (byte[])whole.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                var at = random.Next(8) == 0 ? random.Next(1024, 1200) : random.Next(metadata, image.Length);
                image[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)(image[at] ^ (1 << random.Next(8)));
            }

            refused += IsRefused(image) ? 1 : 0;
        }

        refused.ShouldBeGreaterThan(rounds / 30); // most bytes are names, owners, times
        refused.ShouldBeLessThan(rounds);
    }

    [Fact]
    public void Damaged_indexes_are_refused()
    {
        using (var builder = new LayerBuilder(new(_directory.Combine("image"), _directory.Combine("index"))))
        {
            foreach (var (entry, content) in RandomEntries.Make(4))
            {
                builder.AddFile(entry.Kind is EntryKind.Directory ? Entry(EntryKind.File, "f" + Guid.NewGuid()) : entry with { Kind = EntryKind.File, Attributes = [], Path = [.. entry.Path.Take(20).Select(b => b == '/' ? (byte)'-' : b), .. Guid.NewGuid().ToByteArray().Select(b => (byte)(b | 0x40))] }, content);
            }

            builder.Finish();
        }

        var whole = File.ReadAllBytes(_directory.Combine("index"));
        var random = new Random(1);
        for (var i = 0; i < (Soak ? 100_000 : 2000); i++)
        {
            var index = (byte[])whole.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                index[random.Next(96, index.Length)] = (byte)random.Next(256);
            }

            System.Security.Cryptography.SHA256.HashData(index.AsSpan(96), index.AsSpan(64, 32)); // as an attacker would
            try
            {
                _ = LayerIndex.Parse(index).Entries().Count();
            }
            catch (DamagedLayerException)
            {
            }
        }

        whole[200] ^= 1;
        Should.Throw<DamagedLayerException>(() => LayerIndex.Parse(whole));
    }

    [Theory]
    [InlineData("empty", LayerFault.NotALayer)]
    [InlineData("zeros", LayerFault.NotALayer)]
    [InlineData("cut", LayerFault.Damaged)]
    [InlineData("checksum", LayerFault.Damaged)]
    [InlineData("compressed", LayerFault.Unsupported)]
    public void What_is_no_layer_is_refused_with_the_reason(string what, LayerFault fault)
    {
        Build(_directory.Combine("image"), b => b.AddFile(Entry(EntryKind.File, "f"), new byte[9000]));
        var bytes = File.ReadAllBytes(_directory.Combine("image"));
        switch (what)
        {
            case "empty":
                bytes = [];
                break;
            case "zeros":
                bytes.AsSpan().Clear();
                break;
            case "cut":
                bytes = bytes[..^4096];
                break;
            case "checksum":
                bytes[1024 + 50]++;
                break;
            default:
                bytes[1024 + 80] |= 1;
                break;
        }

        File.WriteAllBytes(_directory.Combine("image"), bytes);
        Should.Throw<DamagedLayerException>(() => ErofsReader.Open(_directory.Combine("image"))).Fault.ShouldBe(fault);
    }

    /// <summary>Anything but the typed exception, or more time than any such image can need, fails the test.</summary>
    private bool IsRefused(byte[] image)
    {
        var path = _directory.Combine("damaged");
        File.WriteAllBytes(path, image);
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var reader = ErofsReader.Open(path, new(1 << 30, 10_000));
            var buffer = new byte[4096];
            foreach (var entry in reader.Entries().Where(e => e.Entry.Size > 0))
            {
                reader.ReadContent(entry, 0, buffer.AsSpan(0, (int)Math.Min(entry.Entry.Size, buffer.Length)));
            }

            return false;
        }
        catch (DamagedLayerException)
        {
            return true;
        }
        finally
        {
            Stopwatch.GetElapsedTime(start).TotalSeconds.ShouldBeLessThan(20);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(64L << 20);
        }
    }
}
