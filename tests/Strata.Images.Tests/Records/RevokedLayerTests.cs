using Strata.Images.Records;
using Strata.Images.Revoking;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Images.Tests.Records;

public sealed class RevokedLayerTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly RecordsBench _bench;

    public RevokedLayerTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_stands_on_a_revoked_runs_layer_is_revoked_and_built_anew()
    {
        await BuildAsync("below", "run-bad");
        await BuildAsync("above", "run-2", "below");
        await BuildAsync("top", "run-3", "above");
        await BuildAsync("other", "run-4");
        var revocations = new Revocations(_bench.Database, _clock, [new ImageLayerRevocable()]);
        var report = await revocations.RevokeAsync("run-bad", "acme", "app", "user", CancellationToken.None);
        report.Runs.ShouldBe(["run-bad", "run-2", "run-3"]);
        report.Products.ShouldAllBe(product => product.WasLive);
        foreach (var settled in (bool[])[false, true])
        {
            (await _bench.FindAsync("top", RecordsBench.Main)).ShouldBeNull();
            (await _bench.FindAsync("other", RecordsBench.Main)).ShouldNotBeNull();
            (await _bench.Records.ListAsync(CancellationToken.None)).ShouldHaveSingleItem();
            (await revocations.SettleAsync(CancellationToken.None)).ShouldBe(settled ? 0 : 3);
        }

        (await BuildAsync("below", "run-bad")).ShouldBeOfType<PublishOutcome.Revoked>();
        (await BuildAsync("below", "run-5")).ShouldBeOfType<PublishOutcome.Published>();
    }

    [Fact]
    public async Task A_layer_whose_row_is_not_settled_is_replaced()
    {
        await BuildAsync("below", "run-bad");
        await new Revocations(_bench.Database, _clock, [new ImageLayerRevocable()]).RevokeAsync("run-bad", "acme", "app", "user", CancellationToken.None);
        (await BuildAsync("below", "run-5")).ShouldBeOfType<PublishOutcome.Published>();
        (await _bench.FindAsync("below", RecordsBench.Main)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_job_in_an_image_derives_from_the_layers_it_could_have_used()
    {
        await BuildAsync("below", "run-1");
        await _bench.BuildAsync(_bench.Record("below", RecordsBench.Fork));
        ResolvedLayer[] image = [new(null, RecordsBench.Key("base"), LayerOutcome.Reused, default, 1), new(RecordsBench.Key("below").ToString(), RecordsBench.Key("layer"), LayerOutcome.Reused, default, 1)];
        ImageProducts.Of(_bench.Database, RecordsBench.Main, image).ShouldBe([new Product(ProductKind.ImageLayer, 1)]);
        ImageProducts.Of(_bench.Database, RecordsBench.Fork, image).Count.ShouldBe(2);
        ImageProducts.Of(_bench.Database, RecordsBench.Main, image[..1]).ShouldBeEmpty();
    }

    private async Task<PublishOutcome> BuildAsync(string key, string run, params string[] below) => await _bench.BuildAsync(_bench.Record(key, RecordsBench.Main) with
    {
        Producer = new(run, "build", 1), StandsOn = [.. below.Select(name => new LayerSource(RecordsBench.Key(name), RecordsBench.Key("layer")))],
    });
}
