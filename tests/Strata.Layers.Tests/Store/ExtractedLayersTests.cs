using System.Globalization;
using Strata.Core;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Trees;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Store;

[Collection(RunsAlone.Name)]
public sealed class ExtractedLayersTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private LocalLayerStore Store => StoreChild.StoreIn(_directory.Path);

    [Theory]
    [InlineData(0, "trusted")]
    [InlineData(1, "user")]
    [InlineData(0x20000000, "trusted")]
    public async Task Marks_are_those_that_the_overlays_of_the_host_read(uint shift, string marks)
    {
        using var layer = await AddAsync(new TarBuilder().File("d/.wh..wh..opq").Finished());

        var tree = await new ExtractedLayers(_directory.Path, new(shift, 65535)).OpenAsync(layer, CancellationToken.None);

        Attributes.List(tree + "/d").ShouldBe($"{marks}.overlay.opaque=79\n");
        Shell.Run(tree, "stat -c %u d").ShouldBe($"{shift}\n");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_extracted_counts_with_its_layer_and_goes_with_it(bool isOfEarlierVersion)
    {
        Digest digest;
        var bare = 0L;
        using (var layer = await AddAsync(new TarBuilder().File("f", new string('x', 100_000)).Finished()))
        {
            digest = layer.Digest;
            bare = Store.TotalBytes(CancellationToken.None);
            var extracted = new ExtractedLayers(_directory.Path, OwnerPolicy.Rootless);
            var tree = await extracted.OpenAsync(layer, CancellationToken.None);
            if (isOfEarlierVersion)
            {
                File.Delete(Path.Combine(tree, "../size"));
                await extracted.OpenAsync(layer, CancellationToken.None);
            }
        }

        var listed = Store.List(CancellationToken.None).ShouldHaveSingleItem();
        listed.SizeBytes.ShouldBe(bare);
        listed.ExtractedBytes.ShouldBe(long.Parse(Shell.Run(_directory.Path, "du -s --block-size=1 extracted-1/_public/*/fs | cut -f1"), CultureInfo.InvariantCulture));
        Store.TotalBytes(CancellationToken.None).ShouldBe(bare + listed.ExtractedBytes);

        var report = await Store.CollectAsync(new NoRoots(), bare, CancellationToken.None);

        report.ShouldBe(new(1, listed.DiskBytes, 0, 0));
        Directory.GetFileSystemEntries(_directory.Combine("extracted-1/_public")).ShouldBeEmpty();
        Store.Find(new(LayerOrg.Public, digest)).ShouldBeNull();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_was_extracted_of_a_damaged_layer_is_not_used_again(bool isInUse, bool isScrubbed)
    {
        var extracted = new ExtractedLayers(_directory.Path, OwnerPolicy.Rootless);
        var archive = new TarBuilder().File("f", new string('x', 100_000)).Finished();
        var layer = await AddAsync(archive);
        var tree = await extracted.OpenAsync(layer, CancellationToken.None);
        var bytes = Store.List(CancellationToken.None).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(tree + "/f", "damaged too");
        if (!isInUse)
        {
            layer.Dispose();
        }

        Damage(layer);
        if (isScrubbed)
        {
            (await Store.ScrubAsync(null, CancellationToken.None)).Damaged.ShouldHaveSingleItem();
        }
        else
        {
            (await Store.Public.OpenAsync(layer.Digest, CancellationToken.None)).Miss.ShouldBe(LayerMiss.Damaged);
        }

        var asides = Directory.GetDirectories(_directory.Combine("extracted-1/_public"));
        asides.Length.ShouldBe(isInUse ? 1 : 0);
        Array.ForEach(asides, static aside => File.ReadAllText(aside + "/fs/f").ShouldBe("damaged too", "a job may stand on it"));
        Store.Usage(CancellationToken.None).ShouldHaveSingleItem().DamagedBytes.ShouldBe(isInUse ? bytes.DiskBytes : bytes.SizeBytes);
        using (var again = await AddAsync(archive))
        {
            (await File.ReadAllTextAsync(await extracted.OpenAsync(again, CancellationToken.None) + "/f")).ShouldBe(new string('x', 100_000));
        }

        layer.Dispose();
        await Store.CollectAsync(new NoRoots(), long.MaxValue, CancellationToken.None);
        Store.Usage(CancellationToken.None).ShouldHaveSingleItem().Damaged.ShouldBe(1, "it is kept to be looked at");
        Directory.GetDirectories(_directory.Combine("extracted-1/_public"), "damaged-*").ShouldBe(asides);
        Shell.Run(_directory.Path, "touch -d '8 days ago' layers/_public/damaged-* $(ls -d extracted-1/_public/damaged-*)");
        await Store.CollectAsync(new NoRoots(), long.MaxValue, CancellationToken.None);
        Store.Usage(CancellationToken.None).ShouldHaveSingleItem().DamagedBytes.ShouldBe(0);
        Path.GetFileName(Directory.GetDirectories(_directory.Combine("extracted-1/_public")).ShouldHaveSingleItem()).ShouldBe(layer.Digest.Hex);
    }

    [Fact]
    public async Task A_layer_that_was_put_aside_while_it_is_extracted_leaves_no_tree_under_its_name()
    {
        using var layer = await AddAsync(new TarBuilder().File("f", new string('x', 100_000)).Finished());
        Damage(layer);
        (await Store.Public.OpenAsync(layer.Digest, CancellationToken.None)).Miss.ShouldBe(LayerMiss.Damaged);

        var thrown = await Should.ThrowAsync<IOException>(async () => await new ExtractedLayers(_directory.Path, OwnerPolicy.Rootless).OpenAsync(layer, CancellationToken.None));

        thrown.Message.ShouldContain("damaged");
        Path.GetFileName(Directory.GetDirectories(_directory.Combine("extracted-1/_public")).ShouldHaveSingleItem()).ShouldStartWith("damaged-");
    }

    /// <summary>In the middle of a file: the image is well-formed.</summary>
    private static void Damage(LayerLease layer) => Shell.Run(
        Path.GetDirectoryName(layer.ImagePath)!, "chmod u+w image.erofs; printf y | dd of=image.erofs bs=1 seek=$(($(grep -obam1 xxxxxxxx image.erofs | head -n 1 | cut -d: -f1) + 7)) conv=notrunc status=none");

    private async Task<LayerLease> AddAsync(byte[] archive)
    {
        using var write = Store.Public.Start();
        var packed = await LayerPacker.FromTarAsync(new MemoryStream(archive), write.Target, TarPackOptions.Default, CancellationToken.None);
        return (await write.CommitAsync(packed, CancellationToken.None)).Lease.ShouldNotBeNull();
    }
}
