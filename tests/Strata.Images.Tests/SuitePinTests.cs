using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;

namespace Strata.Images.Tests;

/// <summary>A suite is pinned to a state of its mirror.</summary>
[Collection("builds")]
public sealed class SuitePinTests
{
    private static readonly SourceSpan At = new("strata.yml", 3, 11);
    private static readonly BaseImage.Debootstrap Suite = new("bookworm", ["busybox-static", "ca-certificates"], At);

    [Fact]
    public async Task A_pinned_suite_is_the_build_of_that_state_or_an_error()
    {
        using var resolver = TestData.Resolver();
        var identity = ImageOwnerTests.Identity("local");
        var pin = (await resolver.PinAsync(Suite, identity, new ProgressLines(), CancellationToken.None)).ShouldNotBeNull();
        var pinned = Suite with { Pin = new(pin.Digest, pin.Packages) };

        var image = await resolver.ResolveAsync(pinned, identity, new ProgressLines(), CancellationToken.None);
        var again = await resolver.PinAsync(Suite, identity, new ProgressLines(), CancellationToken.None);

        pin.Packages.ShouldContain(package => package.StartsWith("busybox-static=", StringComparison.Ordinal));
        pin.Packages.ShouldContain(package => package.StartsWith("dpkg=", StringComparison.Ordinal));
        image.Layers[0].Outcome.ShouldBe(LayerOutcome.Reused);
        (again!.Digest, string.Join(' ', again.Packages)).ShouldBe((pin.Digest, string.Join(' ', pin.Packages)));
        (await resolver.IsCurrentAsync(Suite, pinned.Pin, new ProgressLines(), CancellationToken.None)).ShouldBeTrue();

        foreach (var other in (SuitePin[])[new(Digest.Of("other"u8), pin.Packages), new(pin.Digest, [.. pin.Packages.Where(p => !p.StartsWith("dpkg=", StringComparison.Ordinal))])])
        {
            var error = await Should.ThrowAsync<UserErrorException>(async () =>
                await resolver.ResolveAsync(Suite with { Pin = other }, identity, new ProgressLines(), CancellationToken.None));
            (error.Diagnostics[0].Code, error.Diagnostics[0].At).ShouldBe(("STR3018", At));
            (await resolver.IsCurrentAsync(Suite, other, new ProgressLines(), CancellationToken.None)).ShouldBeFalse();
        }

        (await resolver.ResolveAsync(Suite, identity, new ProgressLines(), CancellationToken.None)).Digest.ShouldBe(image.Digest);
    }

    [Fact]
    public void A_base_system_is_the_pinned_one_by_its_suites_state_and_every_package()
    {
        var release = Digest.Of("r"u8);
        var pin = new SuitePin(release, ["apt=2", "dpkg=1", "less=3"]);
        var releases = new Dictionary<string, string> { ["x"] = release.ToString(), ["x-security"] = "moved" };

        PinComparison.Difference("x", pin, releases, ["apt=2", "dpkg=1"]).ShouldBeNull();
        PinComparison.Difference("x", pin, releases, ["apt=2", "dpkg=2"])!.ShouldContain("dpkg=2");
        PinComparison.Difference("x", pin, null, ["apt=2"])!.ShouldContain("unknown");
        PinComparison.Difference("x", pin, new Dictionary<string, string> { ["x"] = Digest.Of("s"u8).ToString() }, [])!.ShouldContain(release.Short);
    }

    [Fact]
    public void What_is_installed_is_read_from_dpkgs_own_list() => InstalledPackages.Parse("""
        Package: zlib1g
        Status: install ok installed
        Architecture: amd64
        Version: 1:1.2.13
        Description: x
         Package: not-a-field

        Package: adduser
        Status: install ok installed
        Architecture: all
        Version: 3.134

        Package: removed
        Status: deinstall ok config-files
        Architecture: amd64
        Version: 1

        Package: wine
        Status: hold ok installed
        Architecture: i386
        Version: 8
        """, "amd64").ShouldBe(["adduser=3.134", "wine:i386=8", "zlib1g=1:1.2.13"]);

    [Fact]
    public void The_builder_says_which_lists_it_read()
    {
        var releases = new ReleaseDigests();
        var hex = Digest.Of("x"u8).Hex;
        releases.Read("I: something").ShouldBeFalse();
        releases.Read($"strata-release {new string('0', 64)} deb.debian.org_debian_dists_bookworm_Release").ShouldBeTrue();
        releases.Read($"strata-release {hex} deb.debian.org_debian_dists_bookworm_InRelease").ShouldBeTrue();
        releases.Read($"strata-release {hex} _srv_my_dists_mirror_dists_bookworm-updates_InRelease").ShouldBeTrue();
        releases.Read("strata-release nonsense").ShouldBeTrue();
        releases.BySuite.ShouldBe(new Dictionary<string, string> { ["bookworm"] = $"sha256:{hex}", ["bookworm-updates"] = $"sha256:{hex}" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("deb http://m/debian bookworm main", "http://m/debian/dists/bookworm/InRelease", "bookworm")]
    [InlineData("deb [signed-by=/k.gpg] https://m/d/ bookworm-security main contrib", "https://m/d/dists/bookworm-security/InRelease", "bookworm-security")]
    public void A_source_has_its_list_at(string line, string url, string suite) => MirrorState.UrlOf(line).ShouldBe((url, suite));
}
