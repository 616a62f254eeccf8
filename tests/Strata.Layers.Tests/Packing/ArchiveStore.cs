using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Packing;

/// <summary>The way of a base system: an archive becomes a layer in the store, which is mounted or extracted.</summary>
internal sealed class ArchiveStore(TemporaryDirectory directory)
{
    private int _targets;

    public string LayersPath { get; } = directory.Combine("data/layers/_public");

    public ILayerPlace Place { get; } = new LocalLayerStore(directory.Combine("data"), TimeProvider.System).Public;

    public Task<PackedLayer> ImportAsync(byte[] archive, TarPackOptions? options = null) => ImportAsync(new MemoryStream(archive), options);

    public async Task<PackedLayer> ImportAsync(Stream archive, TarPackOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var write = Place.Start();
        var layer = await LayerPacker.FromTarAsync(archive, write.Target, options ?? TarPackOptions.Default, cancellationToken);
        using var commit = await write.CommitAsync(layer, cancellationToken);
        commit.Lease!.Digest.ShouldBe(layer.Digest);
        return layer;
    }

    public ErofsMount Mount(PackedLayer layer) => ErofsMount.Of(ImageOf(layer), directory.Combine("mnt"));

    public async Task<string> ExtractAsync(PackedLayer layer, OwnerPolicy? owners = null) => (await ExtractCountedAsync(layer, owners)).Path;

    public async Task<(string Path, long DevicesDropped)> ExtractCountedAsync(PackedLayer layer, OwnerPolicy? owners = null)
    {
        var target = Directory.CreateDirectory(directory.Combine($"extracted-{_targets++}")).FullName;
        using var reader = ErofsReader.Open(ImageOf(layer));
        var extracted = await LayerExtractor.ToDirectoryAsync(reader, target, new(owners ?? OwnerPolicy.Root, ExtractedMarks.None), CancellationToken.None);
        return (target, extracted.DevicesDropped);
    }

    public void ShouldHoldNothing() => Directory.GetFileSystemEntries(LayersPath).ShouldBeEmpty();

    private string ImageOf(PackedLayer layer) => Path.Combine(LayersPath, layer.Digest.Hex, "image.erofs");
}
