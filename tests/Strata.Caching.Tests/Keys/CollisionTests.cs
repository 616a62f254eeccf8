using Strata.Caching.Keys;
using Strata.Core;

namespace Strata.Caching.Tests.Keys;

/// <summary>Jobs that are not alike cannot mean the same cache; two spellings of one thing do.</summary>
public sealed class CollisionTests
{
    private static readonly CacheIdentity Sample = new()
    {
        Name = "deps", Paths = ["/root/.npm", "/workspace/lib"], UserId = 0, GroupId = 0, OperatingSystem = "linux", Architecture = "amd64", Image = Digest.Of("gcc-12"u8),
    };

    [Fact]
    public void Pitfall_14_every_part_counts_the_toolchain_too()
    {
        CacheIdentity[] others =
        [
            Sample, Sample with { Name = "deps2" }, Sample with { Name = "Deps" }, Sample with { Name = "" }, Sample with { UserId = 1000 }, Sample with { GroupId = 1000 },
            Sample with { OperatingSystem = "windows" }, Sample with { Architecture = "arm64" }, Sample with { Architecture = "arm" }, Sample with { Image = Digest.Of("gcc-13"u8) },
            Sample with { Image = null }, Sample with { Paths = ["/root/.npm"] }, Sample with { Paths = ["/root/.npm", "/workspace/lib", "/x"] }, Sample with { Paths = [] },
            Sample with { Paths = ["/root/.npm/workspace/lib"] }, Sample with { Paths = ["/root/.npm /workspace/lib"] }, Sample with { Paths = ["/root/.npm,/workspace/lib"] },
            Sample with { Paths = ["/root/.NPM", "/workspace/lib"] }, Sample with { Paths = ["/root/.npm", "/workspace/Lib"] }, Sample with { Paths = ["/root/.npm", "/workspace/lib "] },
            Sample with { Paths = ["/é", "/b"] }, Sample with { Paths = ["/e\u0301", "/b"] }, Sample with { Paths = ["/100%", "/b"] }, Sample with { Paths = ["/100_", "/b"] },
            Sample with { Paths = ["/root/.npm", "/workspace/lib"], Name = "deps\",\"paths\":[\"/x\"]" },
        ];
        others.Select(identity => identity.Compute().Identity).ShouldBeUnique();
        others.ShouldAllBe(identity => identity.Compute().Identity != CacheIdentity.OfSteps);
    }

    [Fact]
    public void Pitfall_18_the_spelling_and_order_of_paths_do_not_count()
    {
        string[][] same =
        [
            ["/workspace/lib", "/root/.npm"], ["/root/.npm/", "/workspace//lib"], ["/root/./.npm", "/workspace/x/../lib/"], ["/root/.npm", "/root/.npm/.", "/workspace/lib"], ["/../root/.npm", "//workspace/lib"],
        ];
        same.Select(paths => (Sample with { Paths = paths }).Compute().Identity).Distinct().ShouldBe([Sample.Compute().Identity]);
        Sample.PathSet().ShouldBe(["/root/.npm", "/workspace/lib"]);
    }

    [Fact]
    public void An_identity_never_changes_by_itself() => // if this fails all caches of all users are lost: was Format to change?
        Sample.Compute().Identity.ToString().ShouldBe(Digest.Of(System.Text.Encoding.UTF8.GetBytes(
            $$"""{"arch":"amd64","format":"strata.cache-identity/1","image":"{{Digest.Of("gcc-12"u8)}}","name":"deps","os":"linux","paths":["/root/.npm","/workspace/lib"],"user":"0:0"}""")).ToString());

    [Fact]
    public void Pitfall_14_the_order_in_which_inputs_are_told_does_not_count()
    {
        var identity = Sample.Compute().Manifest;
        KeyValuePair<string, string>[] inputs = [new("runner.os", "Linux"), new("env.A", "1"), new("hashFiles('x')", "2")];
        KeyManifest.Of(identity, "k", inputs, []).ShouldBe(KeyManifest.Of(identity, "k", inputs.Reverse(), []));
        KeyManifest.Of(identity, "k", inputs, []).ShouldNotBe(KeyManifest.Of(identity, "k", inputs[1..], []));
        KeyManifest.Of(identity, "k", inputs, []).ShouldNotBe(KeyManifest.Of(identity, "k", [], inputs));
        KeyManifest.Of(identity, "k", Enumerable.Range(0, 10_000).Select(i => KeyValuePair.Create($"{i}", "v")), []).Length.ShouldBeLessThan(10_000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("~/x")]
    [InlineData("/a\0b")]
    public void What_is_no_absolute_path_is_refused(string path) => Should.Throw<ArgumentException>(() => CachePath.Normalize(path));
}
