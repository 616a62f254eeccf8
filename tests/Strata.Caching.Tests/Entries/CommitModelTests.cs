using FsCheck;
using FsCheck.Fluent;
using Strata.Caching.Entries;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Caching.Tests.Entries;

/// <summary>Savers on several connections, in any order of steps, with leases that are lost, against a model in memory.</summary>
public sealed class CommitModelTests
{
    private const int Keys = 3;

    public enum Does
    {
        Begin,
        Commit,
        CommitAgain,
        Retire,
        LoseLease,
        Revoke,
        Find,
        PassDays,
        Sweep,
    }

    /// <summary>Bugs put into the model's world, to see that it finds them.</summary>
    public enum Planted
    {
        None,
        CommitsWithoutLease,
        SecondWins,
        ForgetsToRetire,
        ReadsWithoutScope,
        MissesTaint,
    }

    public sealed record Step(Does Does, int Connection, int Writer, int Key, int Number);

    [Fact]
    public void Entries_are_as_in_the_model() => Run(Planted.None, Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 1_000 : 25);

    [Theory]
    [InlineData(Planted.CommitsWithoutLease)]
    [InlineData(Planted.SecondWins)]
    [InlineData(Planted.ForgetsToRetire)]
    [InlineData(Planted.ReadsWithoutScope)]
    [InlineData(Planted.MissesTaint)]
    public void Planted_bugs_are_found(Planted planted) => Should.Throw<Exception>(() => Run(planted, 60));

    private static void Run(Planted planted, int runs)
    {
        var steps = (from does in Gen.Elements(Enum.GetValues<Does>().Concat([Does.Commit, Does.Commit, Does.Commit, Does.Find, Does.Find, Does.Retire]).ToArray())
                     from connection in Gen.Choose(0, 1)
                     from writer in Gen.Choose(0, 2)
                     from key in Gen.Choose(0, Keys - 1)
                     from number in Gen.Choose(0, 15)
                     select new Step(does, connection, writer, key, number)).ArrayOf(50);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(4711, 4713),
            Prop.ForAll(steps.ToArbitrary(), all => RunAsync(all, planted).GetAwaiter().GetResult()));
    }

    private static async Task RunAsync(Step[] steps, Planted planted)
    {
        var clock = new ManualClock();
        using var first = new CacheBench(clock);
        using var second = new CacheBench(clock, first.Directory);
        var world = new ModelWorld([first, second], clock, planted);
        foreach (var step in steps)
        {
            await world.DoAsync(step);
        }

        await world.EndAsync();
    }
}
