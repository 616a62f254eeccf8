using System.Text;
using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Trees;

namespace Strata.Layers.Tests.Packing;

/// <summary>Files over 4 GiB and images over 16 GiB are packed in little memory, and the kernel, fsck.erofs and Strata read them. Soaking takes 40 GB of disk.</summary>
public sealed class LargeLayerTests : IDisposable
{
    private const long MemoryMax = 256_000_000;

    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    private string Image => _directory.Combine("image");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Files_over_4_GiB_of_holes_stay_holes()
    {
        const long size = (4L << 30) + (1 << 20) + 5;
        long[] marks = [0, (4L << 30) - 3, size - 5]; // the middle one lies across 4 GiB
        var files = Soak ? 5 : 1; // 20 GiB
        Directory.CreateDirectory(_directory.Combine("tree"));
        for (var i = 0; i < files; i++)
        {
            using var file = File.OpenHandle(_directory.Combine("tree", LargeTar.NameOf(i)), FileMode.CreateNew, FileAccess.Write);
            foreach (var mark in marks)
            {
                RandomAccess.Write(file, Mark(i), mark);
            }
        }

        var layer = await PackChild.RunAsync("pack-directory", _directory.Combine("tree"), Image);

        layer.PeakBytes.ShouldBeLessThan(MemoryMax);
        layer.SizeBytes.ShouldBeLessThan(files << 22);
        Shell.Run(_directory.Path, "fsck.erofs image");
        using var mount = ErofsMount.Of(Image, _directory.Combine("mnt"));
        using var reader = ErofsReader.Open(Image, new(64L << 30, 10));
        for (var i = 0; i < files; i++)
        {
            using var file = File.OpenHandle(Path.Combine(mount.Path, LargeTar.NameOf(i)));
            RandomAccess.GetLength(file).ShouldBe(size);
            var entry = reader.Find(Encoding.UTF8.GetBytes(LargeTar.NameOf(i)))!;
            foreach (var mark in marks)
            {
                var (byKernel, byReader) = (new byte[5], new byte[5]);
                RandomAccess.Read(file, byKernel, mark).ShouldBe(5);
                reader.ReadContent(entry, mark, byReader);
                (Encoding.ASCII.GetString(byKernel), Encoding.ASCII.GetString(byReader)).ShouldBe((Encoding.ASCII.GetString(Mark(i)), Encoding.ASCII.GetString(Mark(i))));
            }
        }
    }

    [Fact]
    public async Task An_image_over_16_GiB_without_a_hole_is_what_the_archive_was()
    {
        var (files, fileBytes) = Soak ? (4, (4L << 30) + (256 << 20) + 512) : (4, (32L << 20) + 512); // 17 GiB

        var layer = await PackChild.RunAsync("pack-large-tar", Image, $"{files}", $"{fileBytes}");

        layer.PeakBytes.ShouldBeLessThan(MemoryMax);
        layer.SizeBytes.ShouldBeGreaterThan(files * fileBytes);
        Shell.Run(_directory.Path, "fsck.erofs image");
        using (var reader = ErofsReader.Open(Image))
        {
            for (var i = 0; i < files; i++)
            {
                var entry = reader.Find(Encoding.UTF8.GetBytes(LargeTar.NameOf(i)))!;
                foreach (var at in (long[])[0, fileBytes / 2 & ~7, fileBytes - 8])
                {
                    var word = new byte[8];
                    reader.ReadContent(entry, at, word);
                    BitConverter.ToUInt64(word).ShouldBe(LargeTar.WordAt(i, at));
                }
            }
        }

        using var mount = ErofsMount.Of(Image, _directory.Combine("mnt"));
        var again = await PackChild.RunAsync("pack-directory", mount.Path, _directory.Combine("again")); // the kernel reads every byte
        again.PeakBytes.ShouldBeLessThan(MemoryMax);
        again.TreeDigest.ShouldBe(layer.TreeDigest);
    }

    [Fact]
    public async Task More_than_a_million_names_fit_the_same_memory_and_keep_their_contents_digests()
    {
        const int names = 1_400_000;

        var layer = await PackChild.RunAsync("pack-names", Image, $"{names}");

        layer.PeakBytes.ShouldBeLessThan(MemoryMax);
        Directory.GetFiles(_directory.Path).Length.ShouldBe(2, "image and index");
        var files = 0;
        foreach (var entry in Indexes.LayerIndex.Open(Image + ".index").Entries())
        {
            if (entry.Entry.Kind is EntryKind.File)
            {
                files++;
                entry.Content.ShouldBe(Digest.Of(entry.Entry.Path));
            }
        }

        files.ShouldBe(names);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public async Task Directories_that_no_entry_names_count_as_names(int depth, bool fits)
    {
        var deep = string.Join('/', Enumerable.Repeat("d", depth));
        var archive = new MemoryStream(new TarBuilder().Member($"one/{deep}/f", '0').Member($"two/{deep}/f", '0').Finished());

        var packing = LayerPacker.FromTarAsync(archive, new(Image, null), TarPackOptions.Default with { Limits = new(1 << 20, 65) }, CancellationToken.None);

        if (fits)
        {
            (await packing).EntryCount.ShouldBe(65);
            using var reader = ErofsReader.Open(Image, new(1 << 20, 65));
            reader.Entries().Count().ShouldBe(65);
            return;
        }

        var refused = await Should.ThrowAsync<HostileArchiveException>(() => packing);
        (refused.Fault, refused.Message).ShouldBe((ArchiveFault.TooLarge, "The tree has more than 65 names."));
    }

    private static byte[] Mark(int file) => Encoding.ASCII.GetBytes($"mark{file}");
}
