using Strata.Execution.Caches;
using Strata.Execution.Tests.Fakes;

namespace Strata.Execution.Tests.Caches;

public sealed class CachesOffTests
{
    public static TheoryData<CachesOff, string, string> Whys => new()
    {
        { CachesOff.ByOption, "--no-cache", "no-cache" },
        { CachesOff.ByConfiguration, "the configuration disables caches (enabled: false)", "disabled" },
        { CachesOff.OfType("cargo"), "'cargo' is not among the configuration's types", "not-in-types" },
    };

    [Theory]
    [MemberData(nameof(Whys))]
    public async Task A_cache_that_is_off_says_why(CachesOff off, string reason, string saveReason)
    {
        using var run = new RunFixture();
        await using var bench = await SessionBench.CreateAsync(run, static services => services, type => type == "cargo" ? off : null);
        await bench.Session.RestoreAsync([SessionBench.Spec("cargo") with { Type = "cargo" }], CancellationToken.None);
        await using var sandbox = new HostSandbox(new() { Name = "a", RootLowers = [], WorkspaceLowers = [], Network = false, Site = false });
        await bench.Session.SaveAsync([], true, TimeSpan.Zero, sandbox, CancellationToken.None);

        bench.Said.ShouldBe([$"cache 'cargo': off: {reason}"]);
        var report = bench.Session.Reports.ShouldHaveSingleItem();
        (report.Outcome, report.Reason, report.Save, report.SaveReason).ShouldBe(("off", reason, "skipped", saveReason));
    }
}
