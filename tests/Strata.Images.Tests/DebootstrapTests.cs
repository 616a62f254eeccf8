using Strata.Layers.Store;
using Strata.Core.Diagnostics;

namespace Strata.Images.Tests;

[Collection("builds")]
public sealed class DebootstrapTests
{
    private static readonly SourceSpan At = new("strata.yml", 3, 11);

    private static BaseImage.Debootstrap Minimal(params string[] packages) => new("bookworm", packages, At);

    [Fact]
    public async Task A_base_system_is_built_from_packages_and_found_again()
    {
        var progress = new ProgressLines();
        var first = await TestData.Resolver().ResolveAsync(Minimal("busybox-static", "ca-certificates"), progress, CancellationToken.None);
        var again = await TestData.Resolver().ResolveAsync(
            Minimal("ca-certificates", "busybox-static", "ca-certificates"), progress, CancellationToken.None);

        again.Digest.ShouldBe(first.Digest);
        again.Layers.ShouldHaveSingleItem().Outcome.ShouldBe(LayerOutcome.Reused);
        var files = await ImageFiles.ReadAsync(first, TestData.Directory, LayerOrg.Public);
        files["usr/bin/busybox"].ShouldNotBeNull();
        files["usr/bin/apt-get"].ShouldNotBeNull();
        first.Config.Environment["PATH"].ShouldBe("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    [Fact]
    public async Task Nothing_of_the_host_is_in_a_base_system()
    {
        var image = await TestData.Resolver().ResolveAsync(Minimal("busybox-static", "ca-certificates"), new ProgressLines(), CancellationToken.None);
        var files = await ImageFiles.ReadAsync(image, TestData.Directory, LayerOrg.Public);
        files["etc/hostname"].ShouldBeNull();
        files["etc/resolv.conf"].ShouldBe("");
        files["etc/apt/apt.conf.d/99mmdebstrap"].ShouldBeNull();
        files["etc/apt/sources.list"].ShouldBe(
            """
            deb http://deb.debian.org/debian bookworm main
            deb http://deb.debian.org/debian bookworm-updates main
            deb http://deb.debian.org/debian-security bookworm-security main

            """);
    }
}
