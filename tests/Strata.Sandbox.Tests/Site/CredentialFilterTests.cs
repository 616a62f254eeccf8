using Strata.Sandbox.Site;

namespace Strata.Sandbox.Tests.Site;

public sealed class CredentialFilterTests
{
    [Theory]
    [InlineData("//registry.example/:_authToken=abc")]
    [InlineData("_auth = abc")]
    [InlineData("//registry.example/:_password=abc")]
    [InlineData("registry=https://ann:pw@registry.example/")]
    [InlineData("proxy=http://ann@proxy.example:80")]
    public void A_line_with_a_credential_is_dropped(string line) => CredentialFilter.Lines($"fund=false\n{line}\n").ShouldBe("fund=false\n");

    [Theory]
    [InlineData("registry=https://registry.example/npm/@scope")]
    [InlineData("@scope:registry=https://registry.example/")]
    public void Where_to_fetch_from_stays(string line) => CredentialFilter.Lines(line).ShouldBe($"{line}\n");
}
