using FsCheck;
using FsCheck.Fluent;
using Strata.Core;
using Strata.Layers.Store;
using Strata.Layers.Tests.Remote;

namespace Strata.Layers.Tests.Store;

/// <summary>Random sequences of operations, against a dictionary of digests and counts of leases.</summary>
[Collection(RunsAlone.Name)]
public sealed class StoreModelTests
{
    private const int Operations = 6;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_store_agrees_with_a_dictionary(bool isCached)
    {
        var step = Gen.Choose(0, Operations - 1).Zip(Gen.Choose(0, StoreChild.LayerCount - 1));
        var count = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 500 : 30;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count).WithEndSize(60),
            Prop.ForAll(step.ListOf().ToArbitrary(), steps => RunAsync(isCached, [.. steps]).GetAwaiter().GetResult()));
    }

    private static async Task<bool> RunAsync(bool isCached, IReadOnlyList<(int Operation, int Layer)> steps)
    {
        using var directory = new TemporaryDirectory();
        await using var cached = isCached ? new CachedLayersBench(directory.Path) : null;
        var place = cached?.Layers.Of(CachedLayersBench.Org) ?? StoreChild.StoreIn(directory.Path).Public;
        var org = isCached ? CachedLayersBench.Org : LayerOrg.Public;
        var present = new HashSet<int>();
        var leases = new List<(int Layer, LayerLease Lease)>();
        try
        {
            foreach (var (operation, layer) in steps)
            {
                await StepAsync(directory.Combine("layers", org.Name), place, present, leases, operation, layer);
            }

            return true;
        }
        finally
        {
            leases.ForEach(l => l.Lease.Dispose());
        }
    }

    private static async Task StepAsync(
        string layers, ILayerPlace place, HashSet<int> present, List<(int Layer, LayerLease Lease)> leases, int operation, int layer)
    {
        var content = StoreChild.Content(layer);
        var digest = Digest.Of(content);
        switch (operation)
        {
            case 0:
                using (var commit = await StoreChild.AddAsync(place, content))
                {
                    commit.Outcome.ShouldBe(present.Add(layer) ? LayerCommitOutcome.Stored : LayerCommitOutcome.AlreadyPresent);
                }

                break;
            case 1:
                var opening = await place.OpenAsync(digest, CancellationToken.None);
                opening.Miss.ShouldBe(present.Contains(layer) ? LayerMiss.None : LayerMiss.Absent);
                if (opening.Lease is { } lease)
                {
                    leases.Add((layer, lease));
                }

                break;
            case 2 when leases.FindIndex(l => l.Layer == layer) is var at and >= 0:
                leases[at].Lease.Dispose();
                leases.RemoveAt(at);
                break;
            case 3:
                var isLeased = leases.Exists(l => l.Layer == layer);
                (await place.RemoveAsync(digest, CancellationToken.None)).ShouldBe(
                    !present.Contains(layer) ? LayerRemoval.Absent : isLeased ? LayerRemoval.InUse : LayerRemoval.Removed);
                _ = isLeased || present.Remove(layer);
                break;
            case 4 when present.Contains(layer) && !leases.Exists(l => l.Layer == layer):
                Shell.Run(Path.Combine(layers, digest.Hex), "chmod u+w image.erofs; printf xyz >>image.erofs");
                (await place.OpenAsync(digest, CancellationToken.None)).Miss.ShouldBe(LayerMiss.Damaged);
                present.Remove(layer);
                break;
            default:
                (place.Find(digest) is not null).ShouldBe(present.Contains(layer));
                break;
        }
    }
}
