using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Trees;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Packing;

/// <summary>Against GNU tar, and against archives with random damage.</summary>
public sealed class TarAgreementTests : IDisposable
{
    private const string Listing = "find . -printf '%P %y %m %U %G %T@ %s %l %n\\n' | sort; find . -type f | sort | xargs -r -d '\\n' sha256sum; "
        + "find . '(' -type c -o -type b ')' | sort | xargs -r -d '\\n' stat -c '%n %t:%T'";

    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    private readonly ArchiveStore _store;

    public TarAgreementTests() => _store = new(_directory);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=pax")]
    public async Task Random_trees_archived_by_GNU_tar_are_mounted_and_extracted_as_they_were(string format)
    {
        for (var seed = 0; seed < (Soak ? 100 : 6); seed++)
        {
            var source = _directory.Combine($"source-{seed}");
            Make(source, seed);
            using (var mount = _store.Mount(await ImportAsync(source, $"tar -C source-{seed} {format} -c .")))
            {
                ShouldBeAlike(mount.Path, source, format);
            }

            Shell.Run(source, "find . '(' -type c -o -type b ')' -delete"); // extraction leaves them out
            ShouldBeAlike(await _store.ExtractAsync(await ImportAsync(source, $"tar -C source-{seed} {format} -c .")), source, format);
        }
    }

    [Fact]
    public async Task Attributes_archived_by_GNU_tar_are_those_of_mount_and_extraction()
    {
        for (var seed = 0; seed < (Soak ? 50 : 3); seed++)
        {
            var source = _directory.Combine($"source-{seed}");
            RandomTree.Make(source, seed);
            Shell.Run(source, "find . '(' -type c -o -type b ')' -delete");
            var layer = await ImportAsync(source, $"tar -C source-{seed} --format=pax --xattrs --xattrs-include='*' -c .");
            using var mount = _store.Mount(layer);
            RandomTree.ShouldBeTheSameTree(mount.Path, source, $"mount, seed {seed}");
            RandomTree.ShouldBeTheSameTree(await _store.ExtractAsync(layer), source, $"extraction, seed {seed}");
        }
    }

    [Theory]
    [InlineData("gzip -c")]
    [InlineData("zstd -q -c")]
    public async Task Compressed_archives_give_the_same_layer(string compress)
    {
        Make(_directory.Combine("source"), 1);
        Shell.Run(_directory.Path, $"tar -C source -cf plain.tar . && {compress} plain.tar > archive");
        (await _store.ImportAsync(File.OpenRead(_directory.Combine("archive")))).ShouldBe(await _store.ImportAsync(File.OpenRead(_directory.Combine("plain.tar"))));
    }

    [Theory]
    [InlineData("gzip -c", "truncate -s -20 archive")]
    [InlineData("zstd -q -c", "truncate -s -20 archive")]
    [InlineData("gzip -c", "printf 'damage' | dd of=archive bs=1 seek=20000 conv=notrunc status=none")]
    [InlineData("zstd -q -c", "printf 'damage' | dd of=archive bs=1 seek=20000 conv=notrunc status=none")]
    [InlineData("gzip -c", "printf 'sum!' | dd of=archive bs=1 seek=$(($(stat -c %s archive) - 8)) conv=notrunc status=none")]
    [InlineData("zstd -q -c", "printf 'sum!' | dd of=archive bs=1 seek=$(($(stat -c %s archive) - 4)) conv=notrunc status=none")]
    public async Task Compressed_archives_that_are_cut_off_or_damaged_are_refused_and_leave_nothing(string compress, string damage)
    {
        Directory.CreateDirectory(_directory.Combine("source"));
        Shell.Run(_directory.Path, $"head -c 60000 /dev/urandom > source/f; tar -C source -cf - . | {compress} > archive; {damage}");
        var refusal = await Should.ThrowAsync<HostileArchiveException>(() => _store.ImportAsync(File.OpenRead(_directory.Combine("archive"))));
        refusal.Fault.ShouldBe(ArchiveFault.Damaged);
        _store.ShouldHoldNothing();
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
            ReadOrRefuseAsync(archive).GetAwaiter().GetResult();
            _store.ShouldHoldNothing();
            Directory.GetFileSystemEntries(_directory.Path).ShouldBe([_directory.Combine("data")]);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 20_000 : 300), property);
    }

    [Fact]
    public async Task Compressed_bombs_are_refused_at_the_limit_and_leave_nothing()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new TarBuilder().Member("big", '0', size: 1L << 33).Unfinished());
            gzip.Write(new byte[10 << 20]);
        }

        bomb.Position = 0;
        var refusal = await Should.ThrowAsync<HostileArchiveException>(() => _store.ImportAsync(bomb, new() { Limits = new(1 << 30, 10) }));
        refusal.Fault.ShouldBe(ArchiveFault.TooLarge);
        _store.ShouldHoldNothing();
    }

    private async Task ReadOrRefuseAsync(byte[] archive)
    {
        try
        {
            var layer = await _store.ImportAsync(archive, new() { Limits = new(1 << 20, 1000) });
            try
            {
                TreeRemoval.Remove(await _store.ExtractAsync(layer)); // its names may be no text
            }
            finally
            {
                (await _store.Place.RemoveAsync(layer.Digest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
            }
        }
        catch (HostileArchiveException)
        {
        }
    }

    private async Task<PackedLayer> ImportAsync(string source, string tar)
    {
        Shell.Run(_directory.Path, $"{tar} > {source}.tar");
        return await _store.ImportAsync(File.OpenRead($"{source}.tar"));
    }

    private static void ShouldBeAlike(string actual, string expected, string format)
    {
        var (left, right) = (WithoutDirectorySizes(Shell.Run(actual, Listing)), WithoutDirectorySizes(Shell.Run(expected, Listing)));
        if (format != "--format=pax")
        {
            (left, right) = (WholeSeconds(left), WholeSeconds(right));
        }

        left.ShouldBe(right);
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
            switch (random.Next(7))
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
                case 4:
                    script.Append($"mknod '{name}' {(random.Next(2) == 0 ? 'c' : 'b')} {1 + random.Next(500)} {random.Next(100000)}\n");
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
