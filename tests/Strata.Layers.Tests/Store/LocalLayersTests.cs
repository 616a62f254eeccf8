using Strata.Core;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Tests.Store;

[Collection(RunsAlone.Name)]
public sealed class LocalLayersTests : LayerPlaceContract
{
    protected override LayerOrg Org => LayerOrg.Public;

    protected override ILayerPlace Place => Store.Public;

    [Fact]
    public async Task A_scrub_reads_what_no_stamp_gives_away()
    {
        (await StoreChild.AddAsync(Store.Public, Content)).Dispose();
        (await StoreChild.AddAsync(Store.Of(LayerOrg.Parse("acme")), StoreChild.Content(2))).Dispose();
        (await Store.ScrubAsync(null, CancellationToken.None)).Damaged.ShouldBeEmpty();
        Shell.Run(LayerDirectory, "chmod u+w image.erofs; printf x | dd of=image.erofs bs=1 seek=7 conv=notrunc status=none");
        LayerStamp.Write(Path.Combine(LayerDirectory, "stamp"), FileStamp.Find(Path.Combine(LayerDirectory, "image.erofs"))!.Value, FileStamp.Find(Path.Combine(LayerDirectory, "index")), TimeProvider.System);
        var seen = new List<ScrubProgress>();
        var report = await Store.ScrubAsync(new Listener(seen), CancellationToken.None);
        report.Damaged.ShouldHaveSingleItem().ShouldBe(new LayerName(LayerOrg.Public, ContentDigest));
        seen[^1].ShouldBe(new ScrubProgress(2, 2, report.Bytes, report.Bytes));
        Store.Usage(CancellationToken.None).Single(u => u.Org == LayerOrg.Public).ShouldBe(new(LayerOrg.Public, 0, 0, 1, Content.Length + StoreChild.IndexSize));
    }

    [Fact]
    public async Task One_organization_does_not_see_anothers_layers()
    {
        (await StoreChild.AddAsync(Store.Of(LayerOrg.Parse("acme")), Content)).Dispose();
        (await OpenAsync()).Miss.ShouldBe(LayerMiss.Absent);
        Directory.Exists(Scratch.Combine("layers/acme", ContentDigest.Hex)).ShouldBeTrue();
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
