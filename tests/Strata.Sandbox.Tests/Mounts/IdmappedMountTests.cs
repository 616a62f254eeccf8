using Strata.Sandbox.Mounts;

namespace Strata.Sandbox.Tests.Mounts;

public sealed class IdmappedMountTests
{
    [Theory]
    [InlineData("4.19.0", false)]
    [InlineData("5.12.0", false)]
    [InlineData("5.18.19", false)]
    [InlineData("5.19.0", true)]
    [InlineData("6.1.0", true)]
    public void Kernels_whose_overlays_take_mapped_lowers_are_known_by_number(string kernel, bool expected) =>
        IdmappedMount.IsSupported(Version.Parse(kernel)).ShouldBe(expected);
}
