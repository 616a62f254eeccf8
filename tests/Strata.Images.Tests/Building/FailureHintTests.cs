using Strata.Images.Building;

namespace Strata.Images.Tests.Building;

public sealed class FailureHintTests
{
    [Fact]
    public void A_package_that_is_not_found_leads_to_the_step_that_updated_the_lists() =>
        FailureHint.Of(100, ["Reading package lists...", "E: Unable to locate package nodejs"], hasNetwork: true)!.ShouldContain("apt-get update && apt-get install");

    [Fact]
    public void A_missing_program_and_what_is_not_known()
    {
        FailureHint.Of(127, ["sh: npm: not found"], hasNetwork: true)!.ShouldContain("127");
        FailureHint.Of(1, ["this mentions: Unable to locate package"], hasNetwork: true).ShouldBeNull();
    }

    [Theory]
    [InlineData("W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'deb.debian.org'")]
    [InlineData("curl: (6) Could not resolve host: registry.example")]
    [InlineData("wget: bad address 'registry.example'")]
    [InlineData("npm ERR! code EAI_AGAIN")]
    [InlineData("connect: Network is unreachable")]
    public void A_step_that_found_no_way_out_is_told_whether_it_has_a_network_at_all(string line)
    {
        FailureHint.Of(100, [line, "E: Unable to locate package nodejs"], hasNetwork: false)!.ShouldContain("`network: none`");
        FailureHint.Of(100, [line], hasNetwork: true)!.ShouldContain("DNS");
        FailureHint.Of(1, ["npm ERR! Could not resolve dependency:"], hasNetwork: true).ShouldBeNull();
    }
}
