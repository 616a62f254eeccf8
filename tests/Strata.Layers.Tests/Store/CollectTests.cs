using System.Text;
using Strata.Core;
using Strata.Layers.Store;

namespace Strata.Layers.Tests.Store;

[Collection(RunsAlone.Name)]
public sealed class CollectTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1_000_000_000_000, 20_000_000_000)]
    [InlineData(50_000_000_000, 5_000_000_000)]
    public void The_cap_is_20_GB_or_a_tenth_of_the_disk(long disk, long cap) => CollectPolicy.DefaultCapBytes(disk).ShouldBe(cap);

    // name:size:last use; '!' means referenced.
    [Theory]
    [InlineData("a:10:1 b:10:2", 20, "", 0)]
    [InlineData("a:10:2 b:10:1 c:10:3", 20, "b a c", 10)]
    [InlineData("a!:10:1 b:10:2", 5, "b", 15)]
    [InlineData("a!:10:1 b!:10:2", 5, "", 15)]
    [InlineData("a!:10:1 b:10:2", 20, "", 0)]
    [InlineData("", 0, "", 0)]
    public void The_longest_unused_unreferenced_layers_go_first(string layers, long cap, string candidates, long bytesToFree)
    {
        var all = layers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(':')).ToDictionary(
            l => Digest.Of(Encoding.UTF8.GetBytes(l[0].TrimEnd('!'))),
            l => (Name: l[0], Layer: new StoredLayer(LayerOrg.Public, Digest.Of(Encoding.UTF8.GetBytes(l[0].TrimEnd('!'))), long.Parse(l[1]), DateTimeOffset.FromUnixTimeSeconds(long.Parse(l[2])))));
        var referenced = all.Values.Where(l => l.Name.EndsWith('!')).Select(l => l.Layer.Name).ToHashSet();
        var plan = CollectPolicy.Plan([.. all.Values.Select(l => l.Layer)], referenced, cap);
        string.Join(' ', plan.Candidates.Select(c => all[c.Digest].Name)).ShouldBe(candidates);
        plan.BytesToFree.ShouldBe(bytesToFree);
    }

    [Fact]
    public async Task Collecting_passes_over_what_is_leased_and_what_became_referenced_meanwhile()
    {
        var store = StoreChild.StoreIn(_directory.Path);
        var digests = new List<Digest>();
        for (var i = 0; i < 4; i++)
        {
            (await StoreChild.AddAsync(store.Public, StoreChild.Content(i), index: false)).Dispose();
            digests.Add(Digest.Of(StoreChild.Content(i)));
            File.SetLastWriteTimeUtc(_directory.Combine("layers/_public", digests[i].Hex, "stamp"), DateTime.UnixEpoch.AddDays(i));
        }

        var lateRoots = new Roots([digests[3]], late: digests[1]);
        using (var lease = (await store.Public.OpenAsync(digests[0], CancellationToken.None)).Lease)
        {
            File.SetLastWriteTimeUtc(_directory.Combine("layers/_public", digests[0].Hex, "stamp"), DateTime.UnixEpoch);
            var report = await store.CollectAsync(lateRoots, 0, CancellationToken.None);
            report.ShouldBe(new(1, StoreChild.Content(2).Length, 1, new[] { 0, 1, 3 }.Sum(i => StoreChild.Content(i).Length)));
        }

        store.List(CancellationToken.None).Select(l => l.Digest).ShouldBe(new[] { digests[0], digests[1], digests[3] }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_use_is_noted_at_most_once_a_minute()
    {
        var store = StoreChild.StoreIn(_directory.Path);
        (await StoreChild.AddAsync(store.Public, StoreChild.Content(1))).Dispose();
        var digest = Digest.Of(StoreChild.Content(1));
        var stamp = _directory.Combine("layers/_public", digest.Hex, "stamp");
        var recent = File.GetLastWriteTimeUtc(stamp).AddSeconds(-30);
        File.SetLastWriteTimeUtc(stamp, recent);
        (await store.Public.OpenAsync(digest, CancellationToken.None)).Lease!.Dispose();
        File.GetLastWriteTimeUtc(stamp).ShouldBe(recent);
        File.SetLastWriteTimeUtc(stamp, recent.AddMinutes(-5));
        (await store.Public.OpenAsync(digest, CancellationToken.None)).Lease!.Dispose();
        store.Public.Find(digest)!.LastUsed.ShouldBeGreaterThan(new DateTimeOffset(recent));
    }

    /// <param name="late">Recorded after the first question.</param>
    private sealed class Roots(Digest[] listed, Digest late) : ILayerRoots
    {
        private int _questions;

        public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken) =>
            new(listed.Concat(_questions++ > 0 ? [late] : []).Select(d => new LayerName(LayerOrg.Public, d)).ToHashSet());
    }
}
