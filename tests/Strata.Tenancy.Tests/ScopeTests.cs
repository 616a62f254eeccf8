using Strata.Core.Identity;

namespace Strata.Tenancy.Tests;

public sealed class ScopeTests
{
    [Theory]
    [InlineData("refs/heads/main", Trust.Protected, "acme/app/refs/heads/main@protected")]
    [InlineData("refs/heads/a/b@c", Trust.Internal, "acme/app/refs/heads/a/b@c@internal")]
    [InlineData("refs/pull/7/merge", Trust.Fork, "acme/app/fork/7/refs/pull/7/merge@fork")]
    [InlineData("refs/pull/7/merge", Trust.Internal, "acme/app/refs/pull/7/merge@internal")]
    [InlineData("refs/heads/main", Trust.Fork, "acme/app/fork/-/refs/heads/main@fork")]
    [InlineData("refs/pull/x/../1/merge", Trust.Fork, "acme/app/fork/-/refs/pull/x/../1/merge@fork")]
    [InlineData("refs/pull/", Trust.Fork, "acme/app/fork/-/refs/pull/@fork")]
    public void A_run_writes_in_the_scope_of_its_ref_and_trust(string reference, Trust trust, string expected) =>
        Scope.Of(Readers.On(reference, trust)).ToString().ShouldBe(expected);

    [Fact]
    public void A_fork_never_writes_where_another_run_does()
    {
        foreach (var reference in Readers.Refs)
        {
            var fork = Scope.Of(Readers.On(reference, Trust.Fork));
            fork.Ref.ShouldStartWith("fork/");
            foreach (var other in Readers.Refs)
            {
                Scope.Of(Readers.On(other, Trust.Internal)).Ref.ShouldNotBe(fork.Ref);
                Scope.Of(Readers.On(other, Trust.Protected)).Ref.ShouldNotBe(fork.Ref);
                (other == reference).ShouldBe(Scope.Of(Readers.On(other, Trust.Fork)) == fork);
            }
        }
    }
}
