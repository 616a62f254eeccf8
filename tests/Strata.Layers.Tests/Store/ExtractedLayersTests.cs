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

    private async Task<LayerLease> AddAsync(byte[] archive)
    {
        using var write = Store.Public.Start();
        var packed = await LayerPacker.FromTarAsync(new MemoryStream(archive), write.Target, TarPackOptions.Default, CancellationToken.None);
        return (await write.CommitAsync(packed, CancellationToken.None)).Lease.ShouldNotBeNull();
    }
}
