using Strata.Core;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Tests.Trees;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Store;

/// <summary>What every place of layers does.</summary>
public abstract class LayerPlaceContract : IDisposable
{
    private protected static readonly byte[] Content = StoreChild.Content(3);
    private protected static readonly Digest ContentDigest = Digest.Of(Content);

    private readonly TemporaryDirectory _directory = new();

    private protected TemporaryDirectory Scratch => _directory;

    /// <summary>All layers of the host that the place is on.</summary>
    private protected LocalLayerStore Store => StoreChild.StoreIn(_directory.Path);

    protected abstract LayerOrg Org { get; }

    protected abstract ILayerPlace Place { get; }

    private protected string OrgDirectory => _directory.Combine("layers", Org.Name);

    private protected string LayerDirectory => Path.Combine(OrgDirectory, ContentDigest.Hex);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _directory.Dispose();

    private protected async Task<LayerOpening> OpenAsync() => await Place.OpenAsync(ContentDigest, CancellationToken.None);

    [Fact]
    public async Task A_committed_layer_is_opened_with_its_index()
    {
        using var commit = await StoreChild.AddAsync(Place, Content);
        commit.Outcome.ShouldBe(LayerCommitOutcome.Stored);
        using var lease = (await OpenAsync()).Lease!;
        (await File.ReadAllBytesAsync(lease.ImagePath)).ShouldBe(Content);
        LayerIndex.Open(lease.IndexPath!).TreeDigest.ShouldBe(ContentDigest);
        lease.SizeBytes.ShouldBe(Content.Length);
        Place.Find(ContentDigest)!.SizeBytes.ShouldBe(Content.Length + StoreChild.IndexSize);
        Directory.GetDirectories(OrgDirectory).ShouldHaveSingleItem().ShouldBe(LayerDirectory);
    }

    [Fact]
    public async Task A_layer_that_is_there_is_said_to_be_and_leased()
    {
        (await StoreChild.AddAsync(Place, Content)).Dispose();
        using var commit = await StoreChild.AddAsync(Place, Content);
        commit.Outcome.ShouldBe(LayerCommitOutcome.AlreadyPresent);
        (await Place.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
    }

    [Fact]
    public async Task Bytes_that_do_not_have_the_claimed_digest_store_nothing()
    {
        using var commit = await StoreChild.AddAsync(Place, Content, Digest.Of("other"u8));
        commit.Outcome.ShouldBe(LayerCommitOutcome.Mismatch);
        Directory.GetFileSystemEntries(OrgDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_packed_layer_is_taken_at_its_writers_word_except_for_its_size()
    {
        using (var write = Place.Start())
        {
            await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
            await Should.ThrowAsync<IOException>(async () => await write.CommitAsync(new PackedLayer(ContentDigest, 5, default, 1, 1), CancellationToken.None));
        }

        using (var write = Place.Start())
        {
            await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
            using var commit = await write.CommitAsync(new PackedLayer(ContentDigest, Content.Length, default, 1, 1), CancellationToken.None);
            commit.Lease!.IndexPath.ShouldBeNull();
        }

        Directory.GetFileSystemEntries(OrgDirectory).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_not_committed_leaves_nothing()
    {
        using (var write = Place.Start())
        {
            await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
        }

        Directory.GetFileSystemEntries(OrgDirectory).ShouldBeEmpty();
        (await OpenAsync()).Miss.ShouldBe(LayerMiss.Absent);
        Place.Find(ContentDigest).ShouldBeNull();
    }

    [Fact]
    public async Task A_layer_being_written_is_left_alone_by_others_cleaning_up()
    {
        using var write = Place.Start();
        await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
        Store.RemoveLeftovers();
        Place.Start().Dispose();
        using var commit = await write.CommitAsync(ContentDigest, Content.Length, CancellationToken.None);
        commit.Outcome.ShouldBe(LayerCommitOutcome.Stored);
    }

    [Fact]
    public async Task A_leased_layer_is_not_removed_and_a_released_one_is()
    {
        var commit = await StoreChild.AddAsync(Place, Content);
        var second = (await OpenAsync()).Lease!;
        commit.Dispose();
        (await Place.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
        second.Dispose();
        (await Place.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
        (await Place.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.Absent);
        Directory.GetFileSystemEntries(OrgDirectory).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("chmod u+w image.erofs; printf x | dd of=image.erofs bs=1 seek=7 conv=notrunc status=none", LayerMiss.Damaged)]
    [InlineData("chmod u+w image.erofs; truncate -s 100 image.erofs", LayerMiss.Damaged)]
    [InlineData("rm image.erofs", LayerMiss.Damaged)]
    [InlineData("rm image.erofs; mkdir image.erofs", LayerMiss.Damaged)]
    [InlineData("mv image.erofs i; ln -s i image.erofs", LayerMiss.Damaged)]
    [InlineData("rm image.erofs; mkfifo image.erofs", LayerMiss.Damaged)]
    [InlineData("touch -d '2020-01-01' image.erofs", LayerMiss.None)]
    [InlineData("cp -p image.erofs i; mv i image.erofs", LayerMiss.None)]
    [InlineData("rm stamp", LayerMiss.None)]
    [InlineData("rm index", LayerMiss.None)]
    [InlineData("truncate -s 10 index", LayerMiss.None)]
    public async Task A_changed_file_is_verified_again_and_put_aside_when_damaged(string change, LayerMiss expected)
    {
        (await StoreChild.AddAsync(Place, Content)).Dispose();
        Shell.Run(LayerDirectory, change);
        var opening = await OpenAsync();
        using var lease = opening.Lease;
        opening.Miss.ShouldBe(expected);
        Directory.GetDirectories(OrgDirectory, "damaged-*").Length.ShouldBe(expected is LayerMiss.None ? 0 : 1);
        var later = await OpenAsync();
        later.Lease?.Dispose();
        (later.Miss, later.WasDamaged).ShouldBe(expected is LayerMiss.None ? (LayerMiss.None, false) : (LayerMiss.Absent, true));
        using var again = await StoreChild.AddAsync(Place, Content);
        again.Outcome.ShouldBe(expected is LayerMiss.None ? LayerCommitOutcome.AlreadyPresent : LayerCommitOutcome.Stored);
        LayerIndex.Open(again.Lease!.IndexPath.ShouldNotBeNull()).TreeDigest.ShouldBe(ContentDigest);
    }

    [Theory]
    [InlineData("rm index")]
    [InlineData("rm index stamp")]
    [InlineData("chmod u+w index; printf x | dd of=index bs=1 seek=80 conv=notrunc status=none")]
    [InlineData("chmod u+w index; : > index")]
    public async Task An_index_that_was_damaged_or_lost_is_made_from_the_image_when_the_layer_is_opened(string change)
    {
        var (layer, index) = await AddImageAsync();
        Shell.Run(Path.Combine(OrgDirectory, layer.Hex), change);

        using var lease = (await Place.OpenAsync(layer, CancellationToken.None)).Lease.ShouldNotBeNull();

        (await File.ReadAllBytesAsync(lease.IndexPath.ShouldNotBeNull())).ShouldBe(index);
        Directory.GetFileSystemEntries(OrgDirectory).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_scrub_makes_an_index_whose_damage_no_stamp_gives_away()
    {
        var (layer, index) = await AddImageAsync();
        Shell.Run(Path.Combine(OrgDirectory, layer.Hex), "chmod u+w index; printf x | dd of=index bs=1 seek=80 conv=notrunc status=none");
        var (image, damaged) = (FileStamp.Find(Path.Combine(OrgDirectory, layer.Hex, "image.erofs"))!.Value, FileStamp.Find(Path.Combine(OrgDirectory, layer.Hex, "index")));
        LayerStamp.Write(Path.Combine(OrgDirectory, layer.Hex, "stamp"), image, damaged, TimeProvider.System);

        var report = await Store.ScrubAsync(null, CancellationToken.None);

        (report.Damaged.Count, report.IndexesMade).ShouldBe((0, 1));
        (await File.ReadAllBytesAsync(Path.Combine(OrgDirectory, layer.Hex, "index"))).ShouldBe(index);
        (await Store.ScrubAsync(null, CancellationToken.None)).IndexesMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_damaged_layer_makes_room_for_the_same_layer_committed_anew()
    {
        (await StoreChild.AddAsync(Place, Content)).Dispose();
        Shell.Run(LayerDirectory, "chmod u+w image.erofs; truncate -s 100 image.erofs");
        using var again = await StoreChild.AddAsync(Place, Content);
        again.Outcome.ShouldBe(LayerCommitOutcome.Stored);
        (await File.ReadAllBytesAsync(again.Lease!.ImagePath)).ShouldBe(Content);
    }

    /// <summary>A real image: with links of several kinds, an empty file, attributes and a removal.</summary>
    private async Task<(Digest Layer, byte[] Index)> AddImageAsync()
    {
        using var write = Place.Start();
        var archive = new TarBuilder().Directory("d").File("d/f", "content").HardLink("d/g", "d/f").Link("link", "d").HardLink("same", "link").File("empty").File("d/.wh..wh..opq").File(".wh.gone")
            .Pax(("SCHILY.xattr.user.a", "1"), ("SCHILY.xattr.user.b", "2")).File("x", new string('x', 10_000)).HardLink("y", "x").Member("fifo", '6').Finished();
        var packed = await LayerPacker.FromTarAsync(new MemoryStream(archive), write.Target, TarPackOptions.Default, CancellationToken.None);
        (await write.CommitAsync(packed, CancellationToken.None)).Dispose();
        return (packed.Digest, await File.ReadAllBytesAsync(Path.Combine(OrgDirectory, packed.Digest.Hex, "index")));
    }
}
