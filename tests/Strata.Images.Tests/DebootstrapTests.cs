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
        var root = first.Lowers.ShouldHaveSingleItem();
        File.Exists(Path.Combine(root, "usr/bin/busybox")).ShouldBeTrue();
        File.Exists(Path.Combine(root, "usr/bin/apt-get")).ShouldBeTrue();
        first.Config.Environment["PATH"].ShouldBe("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    [Fact]
    public async Task Nothing_of_the_host_is_in_a_base_system()
    {
        var image = await TestData.Resolver().ResolveAsync(Minimal("busybox-static", "ca-certificates"), new ProgressLines(), CancellationToken.None);
        var root = image.Lowers[0];
        File.Exists(Path.Combine(root, "etc/hostname")).ShouldBeFalse();
        new FileInfo(Path.Combine(root, "etc/resolv.conf")).Length.ShouldBe(0);
        File.Exists(Path.Combine(root, "etc/apt/apt.conf.d/99mmdebstrap")).ShouldBeFalse();
        (await File.ReadAllTextAsync(Path.Combine(root, "etc/apt/sources.list"))).ShouldBe(
            """
            deb http://deb.debian.org/debian bookworm main
            deb http://deb.debian.org/debian bookworm-updates main
            deb http://deb.debian.org/debian-security bookworm-security main

            """);
    }
}
