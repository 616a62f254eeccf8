using Strata.Core.Diagnostics;
using Strata.Images.BaseSystems;

namespace Strata.Images.Tests;

public sealed class DebootstrapRequestTests : IDisposable
{
    private static readonly SourceSpan At = new("strata.yml", 3, 11);

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-images-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("-o")]
    [InlineData("Bookworm")]
    [InlineData("a b")]
    [InlineData("../x")]
    [InlineData("x';reboot;'")]
    public async Task A_bad_suite_is_refused_before_anything_starts(string suite) => (await Refuse(suite)).ShouldBe(["STR3001"]);

    [Theory]
    [InlineData("-y")]
    [InlineData("git -y")]
    [InlineData("vim-")]
    [InlineData("a,b")]
    [InlineData("a=")]
    [InlineData("a=-1")]
    [InlineData("a:")]
    [InlineData("./x.deb")]
    [InlineData("/etc/passwd")]
    [InlineData("$(id)")]
    [InlineData("?essential")]
    public async Task A_bad_package_is_refused_before_anything_starts(string package) => (await Refuse("bookworm", package)).ShouldBe(["STR3004"]);

    [Fact]
    public async Task All_problems_are_told_at_once() => (await Refuse("X", "git", "-a", "B")).ShouldBe(["STR3001", "STR3004", "STR3004"]);

    [Fact]
    public void Names_of_real_packages_are_accepted() =>
        PackageNames.Check(new("bookworm", ["g++", "libstdc++6", "nodejs=18.*", "libc6:i386", "linux-image-6.1.0-1-amd64", "0ad", "a=1:2.3~rc1-4+b1"], At)).ShouldBeEmpty();

    [Fact]
    public void The_key_depends_on_what_is_installed_not_on_how_it_is_written()
    {
        var key = DebootstrapBase.Key("bookworm", PackageNames.Canonical(["git", "curl", "git"]));
        DebootstrapBase.Key("bookworm", PackageNames.Canonical(["curl", "git"])).ShouldBe(key);
        DebootstrapBase.Key("bookworm", PackageNames.Canonical(["curl"])).ShouldNotBe(key);
        DebootstrapBase.Key("trixie", PackageNames.Canonical(["curl", "git"])).ShouldNotBe(key);
    }

    [Theory]
    [InlineData("E: Unable to locate package nosuch", "STR3003")]
    [InlineData("E: Package 'nosuch' has no installation candidate", "STR3003")]
    [InlineData("E: Version '9' for 'git' was not found", "STR3003")]
    [InlineData("E: The repository 'http://x suite Release' does not have a Release file.", "STR3002")]
    [InlineData("W: Failed to fetch http://x  Could not resolve 'x'", "STR3011")]
    [InlineData("tar: write error: No space left on device", "STR3012")]
    [InlineData("W: GPG error: http://x: NO_PUBKEY 1234", "STR3013")]
    [InlineData("E: something else", "STR3014")]
    public void A_builders_last_lines_tell_whose_fault_it_was(string line, string code) =>
        (BuilderFailure.Explain(new("bookworm", [], At), ["I: installing...", line]) switch
        {
            UserErrorException user => user.Diagnostics[0].Code,
            EnvironmentException environment => environment.Diagnostic.Code,
            var other => other.GetType().Name,
        }).ShouldBe(code);

    [Fact]
    public void The_hosts_own_sources_of_a_suite_are_used()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "sources.list.d"));
        File.WriteAllText(Path.Combine(_directory, "sources.list"), "# deb x y z\ndeb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # c\ndeb-src http://mirror.example/debian bookworm main\n");
        File.WriteAllText(Path.Combine(_directory, "sources.list.d/a.sources"), "Types: deb\nURIs: http://mirror.example/security\nSuites: bookworm-security other\nComponents: main\n\nTypes: deb\nEnabled: no\nURIs: http://no.example\nSuites: bookworm\nComponents: main\n");
        AptSources.ForBuild("bookworm", _directory).ShouldBe(
        [
            "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib",
            "deb http://mirror.example/security bookworm-security main",
        ]);
        AptSources.ForBuild("trixie", _directory)[0].ShouldBe("deb http://deb.debian.org/debian trixie main");
        AptSources.ForBuild("noble", _directory)[0].ShouldBe("deb http://archive.ubuntu.com/ubuntu noble main universe");
    }

    [Fact]
    public void Only_how_apt_connects_is_taken_from_the_hosts_settings() =>
        AptOptions.Select(["Acquire::http::Proxy \"http://p:1\";", "APT::Install-Recommends \"1\";", "DPkg::Pre-Invoke:: \"evil\";", "Acquire::Check-Date \"false\";"])
            .ShouldBe(["Acquire::http::Proxy \"http://p:1\";", "Acquire::Check-Date \"false\";"]);

    private async Task<string[]> Refuse(string suite, params string[] packages)
    {
        var error = await Should.ThrowAsync<UserErrorException>(async () => await TestData.Resolver(_directory)
            .ResolveAsync(new BaseImage.Debootstrap(suite, packages, At), new ProgressLines(), CancellationToken.None));
        error.Diagnostics.ShouldAllBe(d => d.At == At);
        Directory.GetFileSystemEntries(_directory).ShouldBeEmpty();
        return [.. error.Diagnostics.Select(d => d.Code)];
    }
}
