using Strata.Core;
using Strata.Layers.Packing;
using Strata.Layers.Store;

namespace Strata.Layers.Tests.Store;

[Collection(RunsAlone.Name)]
public sealed class LocalLayersTests : IDisposable
{
    private static readonly byte[] Content = StoreChild.Content(3);
    private static readonly Digest ContentDigest = Digest.Of(Content);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private LocalLayerStore Store => StoreChild.StoreIn(_directory.Path);

    private string LayerDirectory => _directory.Combine("layers/_public", ContentDigest.Hex);

    private async Task<LayerOpening> OpenAsync() => await Store.Public.OpenAsync(ContentDigest, CancellationToken.None);

    [Fact]
    public async Task A_committed_layer_is_opened_with_its_index()
    {
        using var commit = await StoreChild.AddAsync(Store.Public, Content);
        commit.Outcome.ShouldBe(LayerCommitOutcome.Stored);
        using var lease = (await OpenAsync()).Lease!;
        (await File.ReadAllBytesAsync(lease.ImagePath)).ShouldBe(Content);
        (await File.ReadAllBytesAsync(lease.IndexPath!)).ShouldBe(Content[..100]);
        lease.SizeBytes.ShouldBe(Content.Length);
        Store.Public.Find(ContentDigest)!.SizeBytes.ShouldBe(Content.Length + 100);
        Directory.GetDirectories(_directory.Combine("layers/_public")).ShouldHaveSingleItem().ShouldBe(LayerDirectory);
    }

    [Fact]
    public async Task A_layer_that_is_there_is_said_to_be_and_leased()
    {
        (await StoreChild.AddAsync(Store.Public, Content)).Dispose();
        using var commit = await StoreChild.AddAsync(Store.Public, Content);
        commit.Outcome.ShouldBe(LayerCommitOutcome.AlreadyPresent);
        (await Store.Public.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
    }

    [Fact]
    public async Task Bytes_that_do_not_have_the_claimed_digest_store_nothing()
    {
        using var commit = await StoreChild.AddAsync(Store.Public, Content, Digest.Of("other"u8));
        commit.Outcome.ShouldBe(LayerCommitOutcome.Mismatch);
        Directory.GetFileSystemEntries(_directory.Combine("layers/_public")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_packed_layer_is_taken_at_its_writers_word_except_for_its_size()
    {
        using (var write = Store.Public.Start())
        {
            await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
            await Should.ThrowAsync<IOException>(async () => await write.CommitAsync(new PackedLayer(ContentDigest, 5, default, 1, 1), CancellationToken.None));
        }

        using (var write = Store.Public.Start())
        {
            await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
            using var commit = await write.CommitAsync(new PackedLayer(ContentDigest, Content.Length, default, 1, 1), CancellationToken.None);
            commit.Lease!.IndexPath.ShouldBeNull();
        }

        Directory.GetFileSystemEntries(_directory.Combine("layers/_public")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_not_committed_leaves_nothing()
    {
        using (var write = Store.Public.Start())
        {
            await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
        }

        Directory.GetFileSystemEntries(_directory.Combine("layers/_public")).ShouldBeEmpty();
        (await OpenAsync()).Miss.ShouldBe(LayerMiss.Absent);
        Store.Public.Find(ContentDigest).ShouldBeNull();
    }

    [Fact]
    public async Task A_layer_being_written_is_left_alone_by_others_cleaning_up()
    {
        using var write = Store.Public.Start();
        await File.WriteAllBytesAsync(write.Target.ImagePath, Content);
        Store.RemoveLeftovers();
        Store.Public.Start().Dispose();
        using var commit = await write.CommitAsync(ContentDigest, Content.Length, CancellationToken.None);
        commit.Outcome.ShouldBe(LayerCommitOutcome.Stored);
    }

    [Fact]
    public async Task A_leased_layer_is_not_removed_and_a_released_one_is()
    {
        var commit = await StoreChild.AddAsync(Store.Public, Content);
        var second = (await OpenAsync()).Lease!;
        commit.Dispose();
        (await Store.Public.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.InUse);
        second.Dispose();
        (await Store.Public.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.Removed);
        (await Store.Public.RemoveAsync(ContentDigest, CancellationToken.None)).ShouldBe(LayerRemoval.Absent);
        Directory.GetFileSystemEntries(_directory.Combine("layers/_public")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("chmod u+w image.erofs; printf x | dd of=image.erofs bs=1 seek=7 conv=notrunc status=none", LayerMiss.Damaged)]
    [InlineData("chmod u+w image.erofs; truncate -s 100 image.erofs", LayerMiss.Damaged)]
    [InlineData("rm image.erofs", LayerMiss.Damaged)]
    [InlineData("touch -d '2020-01-01' image.erofs", LayerMiss.None)]
    [InlineData("cp -p image.erofs i; mv i image.erofs", LayerMiss.None)]
    [InlineData("rm stamp", LayerMiss.None)]
    [InlineData("rm index", LayerMiss.None)]
    public async Task A_changed_file_is_verified_again_and_put_aside_when_damaged(string change, LayerMiss expected)
    {
        (await StoreChild.AddAsync(Store.Public, Content)).Dispose();
        Shell.Run(LayerDirectory, change);
        var opening = await OpenAsync();
        using var lease = opening.Lease;
        opening.Miss.ShouldBe(expected);
        Directory.GetDirectories(_directory.Combine("layers/_public"), "damaged-*").Length.ShouldBe(expected is LayerMiss.None ? 0 : 1);
        (await OpenAsync()).Miss.ShouldBe(expected is LayerMiss.None ? LayerMiss.None : LayerMiss.Absent);
        using var again = await StoreChild.AddAsync(Store.Public, Content);
        again.Outcome.ShouldBe(expected is LayerMiss.None ? LayerCommitOutcome.AlreadyPresent : LayerCommitOutcome.Stored);
    }

    [Fact]
    public async Task A_damaged_layer_makes_room_for_the_same_layer_committed_anew()
    {
        (await StoreChild.AddAsync(Store.Public, Content)).Dispose();
        Shell.Run(LayerDirectory, "chmod u+w image.erofs; truncate -s 100 image.erofs");
        using var again = await StoreChild.AddAsync(Store.Public, Content);
        again.Outcome.ShouldBe(LayerCommitOutcome.Stored);
        (await File.ReadAllBytesAsync(again.Lease!.ImagePath)).ShouldBe(Content);
    }

    [Fact]
    public async Task A_scrub_reads_what_no_stamp_gives_away()
    {
        (await StoreChild.AddAsync(Store.Public, Content)).Dispose();
        (await StoreChild.AddAsync(Store.Of(LayerOrg.Parse("acme")), StoreChild.Content(2))).Dispose();
        (await Store.ScrubAsync(null, CancellationToken.None)).Damaged.ShouldBeEmpty();
        Shell.Run(LayerDirectory, "chmod u+w image.erofs; printf x | dd of=image.erofs bs=1 seek=7 conv=notrunc status=none");
        LayerStamp.Write(Path.Combine(LayerDirectory, "stamp"), Layers.Trees.FileStamp.Find(Path.Combine(LayerDirectory, "image.erofs"))!.Value, TimeProvider.System);
        var seen = new List<ScrubProgress>();
        var report = await Store.ScrubAsync(new Listener(seen), CancellationToken.None);
        report.Damaged.ShouldHaveSingleItem().ShouldBe(new LayerName(LayerOrg.Public, ContentDigest));
        seen[^1].ShouldBe(new ScrubProgress(2, 2, report.Bytes, report.Bytes));
        Store.Usage(CancellationToken.None).Single(u => u.Org == LayerOrg.Public).ShouldBe(new(LayerOrg.Public, 0, 0, 1, Content.Length + 100));
    }

    [Fact]
    public async Task One_organization_does_not_see_anothers_layers()
    {
        (await StoreChild.AddAsync(Store.Of(LayerOrg.Parse("acme")), Content)).Dispose();
        (await OpenAsync()).Miss.ShouldBe(LayerMiss.Absent);
        Directory.Exists(_directory.Combine("layers/acme", ContentDigest.Hex)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("_public")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("Acme")]
    public void A_name_that_is_no_directory_of_an_organization_is_refused(string name) => LayerOrg.TryParse(name, out _).ShouldBeFalse();

    private sealed class Listener(List<ScrubProgress> seen) : IProgress<ScrubProgress>
    {
        public void Report(ScrubProgress value) => seen.Add(value);
    }
}
