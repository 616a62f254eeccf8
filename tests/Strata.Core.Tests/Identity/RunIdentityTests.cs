using Strata.Core.Identity;

namespace Strata.Core.Tests.Identity;

public class RunIdentityTests
{
    [Theory]
    [InlineData("refs/heads/main", "main")]
    [InlineData("refs/heads/feature/x", "feature/x")]
    [InlineData("refs/tags/v1", "v1")]
    [InlineData("refs/pull/7/merge", "7/merge")]
    [InlineData("refs/notes/x", "refs/notes/x")]
    [InlineData("main", "main")]
    public void A_short_name_lacks_the_prefix(string reference, string name) => RunIdentity.ShortName(reference).ShouldBe(name);

    [Theory]
    [InlineData("main", "refs/heads/main")]
    [InlineData("feature/x", "refs/heads/feature/x")]
    [InlineData("refs/tags/v1", "refs/tags/v1")]
    public void A_short_name_means_a_branch(string reference, string full) => RunIdentity.FullRef(reference).ShouldBe(full);

    [Theory]
    [InlineData("refs/heads/main", Trust.Protected)]
    [InlineData("refs/heads/other", Trust.Internal)]
    [InlineData("refs/heads/MAIN", Trust.Internal)]
    [InlineData("refs/tags/main", Trust.Internal)]
    [InlineData("refs/pull/7/merge", Trust.Fork)]
    public void Trust_follows_from_the_ref(string reference, Trust trust) => RunIdentity.DefaultTrust(reference, "refs/heads/main").ShouldBe(trust);

    [Fact]
    public void Trust_is_ordered() => (Trust.Fork < Trust.Internal && Trust.Internal < Trust.Protected).ShouldBeTrue();

    [Fact]
    public void The_full_repository_has_its_organization()
    {
        var identity = new RunIdentity
        {
            Organization = "org", Repository = "repo", Ref = "refs/heads/a/b", Trust = Trust.Internal, DefaultBranch = "refs/heads/main",
        };

        identity.FullRepository.ShouldBe("org/repo");
        identity.RefName.ShouldBe("a/b");
    }
}
