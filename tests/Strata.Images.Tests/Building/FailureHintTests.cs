using Strata.Images.Building;

namespace Strata.Images.Tests.Building;

public sealed class FailureHintTests
{
    [Fact]
    public void A_package_that_is_not_found_leads_to_the_step_that_updated_the_lists() =>
        FailureHint.Of(100, ["Reading package lists...", "E: Unable to locate package nodejs"])!.ShouldContain("apt-get update && apt-get install");

    [Fact]
    public void A_missing_program_and_what_is_not_known()
    {
        FailureHint.Of(127, ["sh: npm: not found"])!.ShouldContain("127");
        FailureHint.Of(1, ["this mentions: Unable to locate package"]).ShouldBeNull();
    }
}
