using Strata.Execution.Hermetic;
using Strata.Execution.Logs;
using Strata.Sandbox;

namespace Strata.Execution.Tests.Hermetic;

public class HitProofTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public void What_the_machine_does_to_a_step_is_no_difference()
    {
        HitProof.Trouble(new(137, ExecEnd.Exited, OutOfMemory: true, null), new(), Limit).ShouldBe("a process of it was killed for memory");
        HitProof.Trouble(new(126, ExecEnd.Exited, OutOfMemory: false, "no room for another process"), new(), Limit).ShouldBe("no room for another process");
        HitProof.Trouble(new(130, ExecEnd.Cancelled, OutOfMemory: false, null), new(), Limit).ShouldBe("it has not ended after 5 minutes");
    }

    [Fact]
    public void Nor_is_a_full_disk()
    {
        var hints = new OutputHints();
        hints.See("cp: writing 'x': No space left on device");

        HitProof.Trouble(new(1, ExecEnd.Exited, OutOfMemory: false, null), hints, Limit).ShouldBe("the disk was full");
        HitProof.Trouble(new(0, ExecEnd.Exited, OutOfMemory: false, null), hints, Limit).ShouldBeNull();
    }

    [Fact]
    public void A_step_that_fails_by_itself_is_one() => HitProof.Trouble(new(1, ExecEnd.Exited, OutOfMemory: false, null), new(), Limit).ShouldBeNull();

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.05, 300, 700)]
    [InlineData(1, 10_000, 10_000)]
    public void A_share_of_the_hits_is_drawn(double share, int atLeast, int atMost)
    {
        var verification = new HitVerification(share, isStrict: false);

        Enumerable.Range(0, 10_000).Count(_ => verification.IsOn && verification.Draw()).ShouldBeInRange(atLeast, atMost);
    }
}
