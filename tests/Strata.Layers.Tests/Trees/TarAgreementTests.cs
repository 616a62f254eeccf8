using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Compression;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Trees;

/// <summary>Against GNU tar, and against archives with random damage.</summary>
public sealed class TarAgreementTests : IDisposable
{
    private const string Listing = "find . -printf '%P %y %m %U %G %T@ %s %l %n\\n' | sed '1s/ d / d/' | sort; find . -type f | sort | xargs -r -d '\\n' sha256sum";

    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=pax")]
    public async Task Random_trees_archived_by_GNU_tar_come_back_the_same(string format)
    {
        for (var seed = 0; seed < (Soak ? 100 : 6); seed++)
        {
            var source = _directory.Combine($"source-{seed}");
            Make(source, seed);
            var tar = _directory.Combine($"{seed}.tar");
            Shell.Run(_directory.Path, $"tar -C source-{seed} {format} -cf {tar} .");
            await using var stream = File.OpenRead(tar);
            var tree = await new TreeStore(_directory.Combine("data"), OwnerPolicy.Root)
                .ImportTarAsync(stream, TreeImportLimits.Default, CancellationToken.None);
            var expected = Shell.Run(source, Listing);
            var actual = Shell.Run(tree.Path, Listing);
            if (format != "--format=pax")
            {
                (expected, actual) = (WholeSeconds(expected), WholeSeconds(actual));
            }

            WithoutDirectorySizes(actual).ShouldBe(WithoutDirectorySizes(expected));
        }
    }

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -q -c")]
    [InlineData("cat")]
    public async Task Compressed_archives_give_the_same_tree(string compress)
    {
        Make(_directory.Combine("source"), 1);
        Shell.Run(_directory.Path, $"tar -C source -cf plain.tar . && {compress} plain.tar > archive");
        var store = new TreeStore(_directory.Combine("data"), OwnerPolicy.Root);
        await using var plain = File.OpenRead(_directory.Combine("plain.tar"));
        await using var archive = ArchiveContent.Open(File.OpenRead(_directory.Combine("archive")));
        var expected = await store.ImportTarAsync(plain, TreeImportLimits.Default, CancellationToken.None);
        (await store.ImportTarAsync(archive, TreeImportLimits.Default, CancellationToken.None)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -q -c")]
    public async Task Compressed_archives_that_are_cut_off_are_refused(string compress)
    {
        Make(_directory.Combine("source"), 2);
        Shell.Run(_directory.Path, $"tar -C source -cf - . | {compress} > archive; truncate -s -20 archive");
        await using var archive = ArchiveContent.Open(File.OpenRead(_directory.Combine("archive")));
        var store = new TreeStore(_directory.Combine("data"), OwnerPolicy.Root);
        await Should.ThrowAsync<HostileArchiveException>(async () => await store.ImportTarAsync(archive, TreeImportLimits.Default, CancellationToken.None));
    }

    [Fact]
    public void Damaged_archives_are_read_or_refused_never_anything_else()
    {
        var whole = new TarBuilder()
            .Directory("d").File("d/f", new string('x', 700)).Pax(("path", "long/name"), ("mtime", "1.5"), ("SCHILY.xattr.user.a", "b")).File("x", "y")
            .Link("l", "d/f").HardLink("h", "d/f").Member("././@LongLink", 'L', content: "other/long\0"u8.ToArray()).File("z", "1").Finished();
        var damage = from at in Gen.Choose(0, whole.Length - 1)
                     from value in Gen.Choose(0, 255)
                     select (at, (byte)value);
        var property = Prop.ForAll(damage.NonEmptyListOf().ToArbitrary(), changes =>
        {
            var archive = (byte[])whole.Clone();
            foreach (var (at, value) in changes)
            {
                archive[at] = value;
            }

            Repair(archive, changes[0].at);
            using var stream = new MemoryStream(archive);
            var store = new TreeStore(_directory.Combine("data"), OwnerPolicy.Root);
            try
            {
                var tree = store.ImportTarAsync(stream, new(1 << 20, 1000), CancellationToken.None).AsTask().GetAwaiter().GetResult();
                store.RemoveAsync(tree.Digest, CancellationToken.None).AsTask().GetAwaiter().GetResult().ShouldBeTrue();
            }
            catch (HostileArchiveException)
            {
            }

            Directory.GetFileSystemEntries(_directory.Path).ShouldBe([_directory.Combine("data")]);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 20_000 : 300), property);
    }

    [Fact]
    public void Compressed_bombs_are_refused_at_the_limit()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new TarBuilder().Member("big", '0', size: 1L << 33).Unfinished());
            gzip.Write(new byte[10 << 20]);
        }

        bomb.Position = 0;
        using var content = ArchiveContent.Open(bomb);
        var store = new TreeStore(_directory.Combine("data"), OwnerPolicy.Root);
        Should.Throw<HostileArchiveException>(() => store.ImportTarAsync(content, new(1 << 30, 10), CancellationToken.None).AsTask().GetAwaiter().GetResult())
            .Fault.ShouldBe(ArchiveFault.TooLarge);
    }

    /// <summary>Else nearly every damage would end at the checksum.</summary>
    private static void Repair(byte[] archive, int at)
    {
        var block = archive.AsSpan(at / 512 * 512, 512);
        block[148..156].Fill((byte)' ');
        var sum = 0;
        foreach (var value in block)
        {
            sum += value;
        }

        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
    }

    private static void Make(string directory, int seed)
    {
        var random = new Random(seed);
        Directory.CreateDirectory(directory);
        var script = new System.Text.StringBuilder("umask 022\n");
        var names = new List<string> { "." };
        for (var i = 0; i < 40; i++)
        {
            var parent = names[random.Next(names.Count)];
            var name = $"{parent}/{(random.Next(4) == 0 ? new string('n', random.Next(90, 240)) : "é n")}{i}";
            switch (random.Next(6))
            {
                case 0 when name.Length < 1000:
                    script.Append($"mkdir '{name}'; chmod {random.Next(8)}7{random.Next(8)}{random.Next(8)} '{name}'\n");
                    names.Add(name);
                    break;
                case 1:
                    script.Append($"ln -s '{(random.Next(3) == 0 ? new string('t', random.Next(95, 300)) : "../x y")}' '{name}'\n");
                    break;
                case 2:
                    script.Append($"mkfifo '{name}'\n");
                    break;
                case 3:
                    script.Append($"echo l > '{parent}/o{i}'; ln '{parent}/o{i}' '{name}'\n");
                    break;
                default:
                    script.Append($"head -c {random.Next(3) * random.Next(9000)} /dev/urandom > '{name}'; chown {random.Next(70000)}:{random.Next(9)} '{name}'; ")
                        .Append($"chmod {random.Next(8)}6{random.Next(8)}4 '{name}'; touch -d '@{random.Next(2_000_000_000)}.{random.Next(999_999_999):d9}' '{name}'\n");
                    break;
            }
        }

        Shell.Run(directory, script.ToString());
    }

    private static string WholeSeconds(string listing) => System.Text.RegularExpressions.Regex.Replace(listing, @"(\d)\.\d{10}", "$1");

    private static string WithoutDirectorySizes(string listing) =>
        System.Text.RegularExpressions.Regex.Replace(listing, @"(?m)^(.* ?d [0-7]+ \d+ \d+ [0-9.]+) \d+ .*$", "$1");
}
