using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Packing;

public sealed class DirectoryPackingTests : IDisposable
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<PackedLayer> Pack(string source, string name, PackOptions? options = null) =>
        LayerPacker.FromDirectoryAsync(_directory.Combine(source), new(_directory.Combine(name), _directory.Combine(name + ".index")), options ?? PackOptions.Default, CancellationToken.None);

    [Fact]
    public async Task Random_trees_are_mounted_as_they_were()
    {
        for (var seed = 0; seed < (Soak ? 200 : 8); seed++)
        {
            var source = _directory.Combine($"source{seed}");
            RandomTree.Make(source, seed);
            var layer = await Pack($"source{seed}", $"image{seed}");
            Shell.Run(_directory.Path, $"fsck.erofs image{seed}");
            using var mount = ErofsMount.Of(_directory.Combine($"image{seed}"), _directory.Combine("mnt"));
            RandomTree.ShouldBeTheSameTree(mount.Path, source, $"seed {seed}");
            (await Pack($"source{seed}", $"again{seed}")).ShouldBe(layer);
            Shell.Run(_directory.Path, $"sha256sum image{seed} | cut -c 1-64").Trim().ShouldBe(layer.Digest.Hex);
        }
    }

    /// <summary>64 bytes that no inode has, the root with 51 names, and 50 inodes: together a block.</summary>
    [Fact]
    public async Task An_image_whose_last_inode_fills_its_block_is_sound()
    {
        Directory.CreateDirectory(_directory.Combine("source"));
        Shell.Run(_directory.Combine("source"), "for i in $(seq 10 58); do mkfifo $i; done; mkfifo 59-twenty-two-bytes-now");
        var layer = await Pack("source", "image");
        layer.SizeBytes.ShouldBe(3 * 4096); // superblock, inodes, and the block that follows them
        Shell.Run(_directory.Path, "fsck.erofs image");
    }

    [Fact]
    public async Task The_index_names_every_file_with_its_digest()
    {
        RandomTree.Make(_directory.Combine("source"), 77);
        var layer = await Pack("source", "image");
        var index = LayerIndex.Open(_directory.Combine("image.index"));
        index.TreeDigest.ShouldBe(layer.TreeDigest);
        index.EntryCount.ShouldBe(layer.EntryCount);
        var listed = index.Entries().Where(e => e.Content is not null).Select(e => $"{e.Content!.Value.Hex}  ./{System.Text.Encoding.UTF8.GetString(e.Entry.Path)}\n").Order(StringComparer.Ordinal).ToList();
        listed.Count.ShouldBeGreaterThan(10);
        var expected = Shell.Run(_directory.Combine("source"), "find . -type f -print0 | xargs -0 sha256sum").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l + "\n").ToHashSet();
        listed.ShouldAllBe(line => expected.Contains(line));
    }

    [Fact]
    public async Task An_index_of_which_any_byte_is_another_is_refused()
    {
        Shell.Run(_directory.Path, "mkdir -p source/d; echo x > source/d/f; ln -s f source/d/l");
        await Pack("source", "image");
        var whole = await File.ReadAllBytesAsync(_directory.Combine("image.index"));
        _ = LayerIndex.Parse([.. whole]);
        for (var at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            Should.Throw<DamagedLayerException>(() => LayerIndex.Parse(damaged), $"byte {at}");
            Should.Throw<DamagedLayerException>(() => LayerIndex.Parse(whole[..at]), $"the first {at} bytes");
        }
    }

    [Fact]
    public async Task An_index_of_the_first_version_is_read()
    {
        Shell.Run(_directory.Path, "mkdir -p source/d; echo x > source/d/f");
        var layer = await Pack("source", "image");
        var bytes = await File.ReadAllBytesAsync(_directory.Combine("image.index"));
        bytes[8] = 1;
        System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(96)).CopyTo(bytes, 64);

        LayerIndex.Parse(bytes).TreeDigest.ShouldBe(layer.TreeDigest);
        bytes[8] = 2;
        Should.Throw<DamagedLayerException>(() => LayerIndex.Parse(bytes));
    }

    [Fact]
    public async Task The_tree_digest_is_that_of_the_same_tree_from_an_archive()
    {
        Directory.CreateDirectory(_directory.Combine("source"));
        Shell.Run(_directory.Combine("source"), "mkdir d; echo x > d/f; ln -s f d/l; mkfifo p; ln d/f h");
        Shell.Run(_directory.Path, "tar -C source --xattrs --format=pax -cf source.tar .");
        var fromTar = await LayerPacker.FromTarAsync(
            File.OpenRead(_directory.Combine("source.tar")), new(_directory.Combine("from-tar"), null), TarPackOptions.Default, CancellationToken.None);
        (await Pack("source", "image")).TreeDigest.ShouldBe(fromTar.TreeDigest);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_packed_is_named()
    {
        Directory.CreateDirectory(_directory.Combine("source/a"));
        for (var i = 0; i < 30; i++)
        {
            _directory.Write($"source/a/f{i}", "old");
        }

        var seen = 0;
        PathFilter touch = (path, isDirectory) =>
        {
            if (++seen == 20)
            {
                File.WriteAllText(_directory.Combine("source/a/f0"), "new");
            }

            return true;
        };
        (await Should.ThrowAsync<TreeChangedException>(() => Pack("source", "image", new() { Filter = touch }))).ChangedPath.ShouldBe("a/f0");
    }

    [Fact]
    public async Task Ids_over_the_limit_are_refused_and_shifted_ids_come_back()
    {
        _directory.Write("source/f", "x");
        Shell.Run(_directory.Path, "chown 1000001:1000000 source source/f");
        var layer = await Pack("source", "image", new() { Owners = new(1_000_000, 65535) });
        LayerIndex.Open(_directory.Combine("image.index")).Entries().ShouldAllBe(e => e.Entry.User == 1 && e.Entry.Group == 0);
        layer.ContentBytes.ShouldBe(1);
        (await Should.ThrowAsync<HostileArchiveException>(() => Pack("source", "other", new() { Owners = OwnerPolicy.Rootless }))).Message.ShouldContain("65535");
    }

    [Fact]
    public async Task A_filter_leaves_names_out_with_all_below()
    {
        _directory.Write("source/keep/f", "x");
        _directory.Write("source/skip/f", "x");
        await Pack("source", "image", new() { Filter = (path, _) => !path.SequenceEqual("skip"u8), OwnedBy = (7, 8) });
        var entries = LayerIndex.Open(_directory.Combine("image.index")).Entries().ToList();
        entries.Select(e => System.Text.Encoding.UTF8.GetString(e.Entry.Path)).ShouldBe(["", "keep", "keep/f"]);
        entries.ShouldAllBe(e => e.Entry.User == 7 && e.Entry.Group == 8);
    }
}
