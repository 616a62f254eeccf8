using Strata.Oci.Tests;

namespace Strata.EndToEnd;

/// <summary>Jobs on images that others made and pushed.</summary>
public sealed class RegistryTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_job_runs_on_an_image_that_umoci_made_and_skopeo_pushed()
    {
        await using var registry = await RealRegistry.StartAsync();
        using var scratch = new Scratch();
        var layout = scratch["image"];
        await Programs.RunAsync("umoci", "init", "--layout", layout);
        await Programs.RunAsync("umoci", "new", "--image", $"{layout}:base");
        await Programs.RunAsync("umoci", "unpack", "--image", $"{layout}:base", scratch["bundle"]);
        await Programs.RunAsync("tar", "-xf", Path.Combine(_bench.Workspace, "tiny.tar"), "-C", scratch["bundle/rootfs"]);
        File.WriteAllText(scratch["bundle/rootfs/etc/gone"], "");
        await Programs.RunAsync("umoci", "repack", "--refresh-bundle", "--image", $"{layout}:base", scratch["bundle"]);
        File.Delete(scratch["bundle/rootfs/etc/gone"]);
        File.WriteAllText(scratch["bundle/rootfs/etc/here"], "content\n");
        await Programs.RunAsync("umoci", "repack", "--image", $"{layout}:base", scratch["bundle"]);
        await Programs.RunAsync("umoci", "config", "--image", $"{layout}:base", "--config.env", "FROM_IMAGE=yes", "--config.workingdir", "/etc");
        await Programs.RunAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", $"oci:{layout}:base", $"docker://{registry.Host}/app:1");
        _bench.Workflow($$"""
            jobs:
              a:
                image: "{{registry.Host}}/app:1"
                network: none
                steps:
                  - run: |
                      test "$FROM_IMAGE" = yes && test "$(cat /etc/here)" = content && ! test -e /etc/gone
                      echo more >> /etc/here && rm /etc/passwd && mv /usr /moved && mkdir /usr
            """);

        var first = await _bench.ReportAsync(0);
        var second = await _bench.ReportAsync(0);

        Outcomes(first).ShouldBe(["pulled", "pulled"]);
        Outcomes(second).ShouldBe(["reused", "reused"]);
        ((string?)second["jobs"]![0]!["image"]!["digest"]).ShouldBe((string?)first["jobs"]![0]!["image"]!["digest"]);
        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _bench.Data);
        scrub.ExitCode.ShouldBe(0, scrub.All);
        scrub.Stdout.ShouldContain("3 layers");
    }

    [Fact]
    public async Task A_damaged_layer_is_found_by_a_scrub_and_made_again_by_the_next_run()
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: \"true\" }] } }");
        await _bench.ReportAsync(0);
        var image = Directory.GetFiles(Path.Combine(_bench.Data, "layers"), "image.erofs", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var file = File.OpenWrite(image))
        {
            file.Position = file.Length / 2;
            file.Write("damage"u8);
        }

        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _bench.Data);
        var again = await _bench.ReportAsync(0);

        scrub.ExitCode.ShouldBe(1, scrub.All);
        scrub.Stdout.ShouldContain("1 damaged, put aside");
        Outcomes(again).ShouldBe(["built"]);
    }

    private static IEnumerable<string?> Outcomes(System.Text.Json.Nodes.JsonObject report) =>
        report["jobs"]![0]!["image"]!["layers"]!.AsArray().Select(layer => (string?)layer!["outcome"]);
}
