using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Tests.Differences;

namespace Strata.Layers.Tests.Saving;

/// <summary>Whatever several jobs do in a directory, each finds what the one before it left, and the last tree is what one directory would hold.</summary>
public sealed class SavingPropertyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Jobs_one_after_another_find_what_one_directory_would_hold(bool isWritten)
    {
        var isSoak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";
        var jobs = Gen.Choose(0, 1_000_000).ListOf(11).ToArbitrary();
        var config = Config.QuickThrowOnFailure.WithMaxTest(isSoak ? 100 : 4);
        Check.One(isSoak ? config : config.WithReplay(6_05, 2_027), Prop.ForAll(jobs, seeds =>
        {
            using var directory = new TemporaryDirectory();
            // Hard links and owners are not part of what a tree is compared by: what is the same but for them is unchanged.
            List<string> scripts = ["mkdir -p home/cache; cd home/cache; echo 1 >stays; " + new RandomCommands(seeds[0]).Base()];
            scripts.AddRange(seeds.Skip(1).Select(static seed => $"cd home/cache\n{new RandomCommands(seed).Change()}"));
            if (isWritten)
            {
                File.WriteAllText(directory.Combine("written"), "");
            }

            SavingScripts.WriteAsync(directory, "mkdir home", scripts).GetAwaiter().GetResult();
            TestChild.FinishAsync(TestChild.StartMounted("", "save", directory.Path)).GetAwaiter().GetResult().ShouldContain("tree: /");
        }));
    }
}
