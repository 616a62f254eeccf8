using System.IO.Compression;
using Strata.Cli.Artifact;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;

namespace Strata.Cli.Tests;

public sealed class ArtifactCommandTests : IDisposable
{
    private readonly ArtifactBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Get_is_of_the_newest_run_that_published_unless_another_is_named()
    {
        await _bench.PublishAsync("r1", "dist", content: "old");
        await _bench.PublishAsync("r2", "dist", content: "new");
        await _bench.FailAsync("r3", "dist", "the disk is full");
        (await _bench.OutputAsync("get", "dist")).ShouldStartWith("dist: dist of run r2, 3 B, 1 file, sha256:");
        File.ReadAllText(_bench["dist/app.js"]).ShouldBe("new");
        (await _bench.JsonAsync("get", "dist", "--run", "r1", "-o", "out/x/"))["format"]!.GetValue<string>().ShouldBe("directory");
        File.ReadAllText(_bench["out/x/app.js"]).ShouldBe("old");
        await _bench.OutputAsync("get", "dist", "-o", "dist.zip");
        using (var zip = ZipFile.OpenRead(_bench["dist.zip"]))
        {
            zip.Entries.ShouldHaveSingleItem().FullName.ShouldBe("app.js");
        }

        await _bench.OutputAsync("get", "dist", "-o", "dist.tar.zst");
        File.ReadAllBytes(_bench["dist.tar.zst"]).AsSpan(0, 4).ToArray().ShouldBe([0x28, 0xb5, 0x2f, 0xfd]);
        Directory.GetFileSystemEntries(_bench.Here).Select(Path.GetFileName).Order().ShouldBe(["dist", "dist.tar.zst", "dist.zip", "out"]);
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_said_why()
    {
        var (exitCode, _, errors) = await _bench.RunAsync("get", "dist");
        (exitCode, errors).ShouldSatisfyAllConditions(all => all.exitCode.ShouldBe(2), all => all.errors.ShouldContain("STR4009"));
        await _bench.FailAsync("r1", "dist", "the disk is full");
        (await _bench.RunAsync("get", "dist", "--run", "r1")).Errors.ShouldContain("error STR4010: The artifact 'dist' of run r1 is failed since");
        await _bench.PublishAsync("r2", "logs");
        await _bench.PublishAsync("r3", "dist");
        (await _bench.RunAsync("get", "logs")).Errors.ShouldContain("The newest run that has it is r2: --run r2");
        (await _bench.RunAsync("get", "dits")).Errors.ShouldContain("Did you mean 'dist'?");
        Directory.CreateDirectory(_bench["full/app.js"]);
        (await _bench.RunAsync("get", "dist", "-o", "full")).Errors.ShouldContain("STR4012");
        (await _bench.RunAsync("get", "dist", "-o", "x.tar.gz")).Errors.ShouldContain("STR1905");
        await _bench.OutputAsync("rm", "dist");
        (await _bench.RunAsync("get", "dist", "--run", "r3")).Errors.ShouldContain("is deleted since");
        var digest = (await _bench.JsonAsync("show", "logs"))["layers"]![0]!.GetValue<string>();
        (await _bench.Layers.RemoveAsync(Core.Digest.Parse(digest, null), CancellationToken.None)).ShouldBe(Layers.Store.LayerRemoval.Removed);
        (exitCode, _, errors) = await _bench.RunAsync("get", "logs");
        (exitCode, errors).ShouldSatisfyAllConditions(all => all.exitCode.ShouldBe(3), all => all.errors.ShouldContain("STR4007"), all => all.errors.ShouldContain("no storage is given that may have it (--storage)"));
    }

    [Fact]
    public async Task Who_asks_is_chosen_on_the_command_line()
    {
        await _bench.PublishAsync("r1", "dist", Trust.Fork, "refs/pull/7/merge");
        await _bench.PublishAsync("r2", "dist", Trust.Internal, "refs/heads/feature");
        (await _bench.RunAsync("show", "dist")).Errors.ShouldNotContain("--trust internal");
        foreach (var (arguments, expected) in ((string[], int)[])
        [
            (["--ref", "refs/pull/7/merge"], 0), (["--ref", "feature"], 0), ([], 2), (["--run", "r1"], 2), (["--run", "r1", "--trust-fork"], 0), (["--trust-fork"], 2),
            (["--ref", "feature", "--run", "r1"], 2), (["--ref", "feature", "--repo", "other"], 2), (["--ref", "feature", "--org", "other"], 2), (["--trust", "most"], 2),
        ])
        {
            (await _bench.RunAsync(["show", "dist", .. arguments])).ExitCode.ShouldBe(expected, string.Join(' ', arguments));
        }

        await _bench.PublishAsync("r3", "own", Trust.Internal);
        (await _bench.RunAsync("show", "own")).Errors.ShouldContain("--trust internal");
        (await _bench.RunAsync("rm", "dist", "--ref", "feature", "--run", "r1", "--trust-fork")).Errors.ShouldContain("STR4011");
    }

    [Fact]
    public async Task Show_tells_how_it_came_to_its_state_and_pin_keeps_it()
    {
        await _bench.PublishAsync("r1", "dist");
        await _bench.OutputAsync("pin", "dist");
        var shown = await _bench.JsonAsync("show", "dist");
        shown["history"]!.AsArray().Select(e => e!["state"]!.GetValue<string>()).ShouldBe(["pending", "uploading", "verifying", "ready"]);
        shown["pinnedBy"]!.GetValue<string>().ShouldBe(Environment.UserName);
        shown["expiresAt"].ShouldBeNull();
        shown["producer"]!["job"]!.GetValue<string>().ShouldBe("make dist");
        shown["scope"]!.GetValue<string>().ShouldBe("local/app/refs/heads/main@protected");
        var text = await _bench.OutputAsync("show", "dist");
        text.ShouldContain($"  digest      {shown["digest"]!.GetValue<string>()}");
        text.ShouldContain("  size        5 B, 1 file");
        text.ShouldContain($"  pinned      by {Environment.UserName} at ");
        (await _bench.OutputAsync("pin", "dist", "--remove")).ShouldContain("dist of run r1: expires in ");
    }

    [Fact]
    public async Task Ls_lists_the_run_or_all()
    {
        (await _bench.OutputAsync("ls")).ShouldStartWith("no artifacts yet");
        await _bench.PublishAsync("r1", "dist");
        await _bench.PublishAsync("r2", "logs\u001b[31m");
        var listed = await _bench.OutputAsync("ls");
        listed.ShouldContain("logs\ufffd[31m  ready");
        listed.ShouldContain("run r2; the repository keeps 2 artifacts, 10 B");
        listed.ShouldNotContain("dist");
        (await _bench.OutputAsync("ls", "--run", "r1")).ShouldContain("dist");
        (await _bench.JsonAsync("ls", "--all"))["artifacts"]!.AsArray().Count.ShouldBe(2);
        (await _bench.OutputAsync("ls", "--run", "nothing")).ShouldContain("has no artifacts");
    }

    [Fact]
    public async Task Making_room_leaves_artifacts_alone_until_they_are_removed()
    {
        await _bench.PublishAsync("r1", "dist");
        (await _bench.StrataAsync("image", "prune", "--all-unused")).Output.ShouldStartWith("0 of 0 removed");
        await _bench.OutputAsync("get", "dist");
        await _bench.OutputAsync("rm", "dist");
        (await _bench.StrataAsync("image", "prune", "--all-unused")).Output.ShouldContain("1 of 1 removed");
    }

    [Fact]
    public async Task The_configuration_says_how_much_artifacts_may_take()
    {
        await _bench.PublishAsync("r1", "dist");
        File.WriteAllText(Path.Combine(_bench.Data, "config.yml"), "artifacts: { retention: 5d, max-retention: 2w, quota: 20GB }");
        (await _bench.OutputAsync("ls")).ShouldContain("1 artifact, 5 B of 20");
        File.WriteAllText(Path.Combine(_bench.Data, "config.yml"), "artifacts: { retention: soon, quta: 1 }");
        var (exitCode, _, errors) = await _bench.RunAsync("ls");
        (exitCode, errors).ShouldSatisfyAllConditions(all => all.exitCode.ShouldBe(2), all => all.errors.ShouldContain("'retention' is no time"), all => all.errors.ShouldContain("Did you mean 'quota'?"));
    }

    [Theory]
    [InlineData(null, "Directory", "dist")]
    [InlineData("-", "TarZstd", null)]
    [InlineData("x", "Directory", "x")]
    [InlineData("x.zip/", "Directory", "x.zip/")]
    [InlineData("/", "Directory", "/")]
    [InlineData("a/x.TAR.ZST", "TarZstd", "a/x.TAR.ZST")]
    [InlineData("x.tzst", "TarZstd", "x.tzst")]
    [InlineData("x.tar", "Tar", "x.tar")]
    [InlineData("x.zip", "Zip", "x.zip")]
    [InlineData("v1.2", "Directory", "v1.2")]
    public void The_ending_says_what_is_written(string? option, string format, string? path) =>
        GetTarget.Of(option, "dist").ShouldBe(new(Enum.Parse<GetFormat>(format), path));

    [Fact]
    public void An_archive_of_a_kind_that_is_not_written_is_refused() => Should.Throw<UserErrorException>(() => GetTarget.Of("x.tgz", "dist"));
}
