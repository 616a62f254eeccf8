using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Strata.Oci.Tests;

namespace Strata.EndToEnd;

/// <summary><c>strata image …</c>: images leave and enter a host through archives and registries.</summary>
public sealed partial class ImageCommandTests : IDisposable
{
    private const string Idle = "jobs: { a: { image: tiny, network: none, steps: [{ run: \"true\" }] } }";

    private readonly Workbench _bench = new();
    private readonly Scratch _scratch = new();

    public void Dispose()
    {
        _scratch.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task Skopeo_umoci_and_podman_accept_what_is_exported_and_it_is_the_same_bytes_each_time()
    {
        _bench.Workflow("""
              web: { from: "rootfs:tiny.tar", env: { PORT: "80" }, workdir: /root, user: root }
            jobs: { a: { image: web, network: none, steps: [{ run: "true" }] } }
            """);
        string[] podman = ["--root", _scratch["podman"], "--runroot", _scratch["podman-run"], "--storage-driver", "vfs"];

        (await ImageAsync("export", "web", _scratch["web.tar"])).ExitCode.ShouldBe(0);
        (await ImageAsync("export", "web", _scratch["docker.tar"], "--format", "docker")).ExitCode.ShouldBe(0);
        var elsewhere = await _bench.StrataAsync("image", "export", "web", _scratch["again.tar"], "--data", _scratch["other-data"], "--json");

        elsewhere.ExitCode.ShouldBe(0, elsewhere.All);
        (await File.ReadAllBytesAsync(_scratch["again.tar"])).ShouldBe(await File.ReadAllBytesAsync(_scratch["web.tar"]));
        ((string?)JsonNode.Parse(elsewhere.Stdout)!["format"]).ShouldBe("oci");
        var config = JsonNode.Parse(await Programs.RunAsync("skopeo", "inspect", "--config", $"oci-archive:{_scratch["web.tar"]}:latest"))!["config"]!;
        ((string?)config["WorkingDir"], (string?)config["User"]).ShouldBe(("/root", "root"));
        config["Env"]!.AsArray().Select(v => (string?)v).ShouldContain("PORT=80");
        await Programs.RunAsync("skopeo", "copy", "-q", $"oci-archive:{_scratch["web.tar"]}:latest", $"oci:{_scratch["layout"]}:x");
        await Programs.RunAsync("umoci", "unpack", "--image", $"{_scratch["layout"]}:x", _scratch["bundle"]);
        File.ResolveLinkTarget(_scratch["bundle/rootfs/bin/sh"], returnFinalTarget: false)!.Name.ShouldBe("busybox");
        (await Programs.RunAsync("podman", [.. podman, "load", "-i", _scratch["docker.tar"]])).ShouldContain("web:latest");
        (await Programs.RunAsync("podman", [.. podman, "load", "-i", _scratch["web.tar"]])).ShouldContain("Loaded image");
        Directory.GetFiles(_scratch.Root, "*.tmp").ShouldBeEmpty();
        var nowhere = await ImageAsync("export", "web", _scratch["no/such/place.tar"]);
        (nowhere.ExitCode, nowhere.Stderr.Contains("STR1913", StringComparison.Ordinal)).ShouldBe((3, true), nowhere.All);
    }

    [Fact]
    public async Task A_push_with_credentials_is_pulled_by_skopeo_and_without_them_it_says_so()
    {
        _bench.Workflow(Idle);
        await File.WriteAllTextAsync(_scratch["htpasswd"], await Programs.RunAsync("htpasswd", "-nbB", "user", "secret"));
        await using var registry = await RealRegistry.StartAsync(_scratch["htpasswd"]);

        var refused = await ImageAsync("push", "tiny", $"{registry.Host}/tiny:1");
        await Programs.RunAsync("skopeo", "login", "--tls-verify=false", "--authfile", _scratch["auth.json"], "-u", "user", "-p", "secret", registry.Host);
        var pushed = await WithAuthAsync("image", "push", "tiny", $"{registry.Host}/tiny:1", "--json");
        var again = await WithAuthAsync("image", "push", "tiny", $"{registry.Host}/tiny:1", "--json");
        var nowhere = await ImageAsync("push", "tiny");

        (refused.ExitCode, refused.Stderr.Contains("STR3132", StringComparison.Ordinal)).ShouldBe((3, true), refused.All);
        pushed.ExitCode.ShouldBe(0, pushed.All);
        ((int)JsonNode.Parse(pushed.Stdout)!["sent"]!, (int)JsonNode.Parse(again.Stdout)!["sent"]!).ShouldBe((2, 0));
        await Programs.RunAsync(
            "skopeo", "copy", "-q", "--src-tls-verify=false", "--src-authfile", _scratch["auth.json"], $"docker://{registry.Host}/tiny:1", $"oci:{_scratch["layout"]}:x");
        (nowhere.ExitCode, nowhere.Stderr.Contains("STR1917", StringComparison.Ordinal)).ShouldBe((2, true), nowhere.All);

        _bench.Workflow($"jobs: {{ a: {{ image: \"{registry.Host}/tiny:1\", network: none, steps: [{{ run: \"true\" }}] }} }}");
        var run = await WithAuthAsync("run", "--org", "acme", "--data", _bench.Data);
        run.ExitCode.ShouldBe(0, run.All);
        var kept = JsonNode.Parse((await ImageAsync("ls", "--json")).Stdout)!["images"]!.AsArray().Single(image => (string?)image!["kind"] == "pulled")!;
        ((string?)kept["org"]).ShouldBe("acme"); // credentials were needed
        Directory.Exists(Path.Combine(_bench.Data, "layers/_public")).ShouldBeFalse();
    }

    [Fact]
    public async Task Jobs_run_on_an_imported_image_and_it_is_listed_shown_and_removed()
    {
        _bench.Workflow(Idle);
        await ImageAsync("export", "tiny", _scratch["tiny.tar"], "--format", "docker");
        var imported = await ImageAsync("import", "tools/tiny:1", _scratch["tiny.tar"]);
        var overDefinition = await ImageAsync("import", "tiny", _scratch["tiny.tar"]);
        _bench.Workflow("jobs: { a: { image: \"tools/tiny:1\", network: none, steps: [{ run: \"test -e /bin/busybox\" }] } }");
        await _bench.ReportAsync(0);

        var list = await ImageAsync("ls");
        var shown = await ImageAsync("show", "tools/tiny:1", "--json");
        var removed = await ImageAsync("rm", "tools/tiny:1", "--json");
        var gone = await ImageAsync("show", "tools/tiny:1");

        imported.ExitCode.ShouldBe(0, imported.All);
        (overDefinition.ExitCode, overDefinition.Stderr.Contains("STR1916", StringComparison.Ordinal)).ShouldBe((2, true), overDefinition.All);
        list.Stdout.ShouldContain("tools/tiny:1");
        var image = JsonNode.Parse(shown.Stdout)!["images"]![0]!;
        ((string?)image["kind"], (string?)image["org"], (string?)image["usedBy"]![0]).ShouldBe(("imported", "local", "tools/tiny:1"));
        ((bool)JsonNode.Parse(removed.Stdout)!["removed"]![0]!["imageGone"]!).ShouldBeTrue();
        (gone.ExitCode, gone.Stderr.Contains("STR3021", StringComparison.Ordinal)).ShouldBe((2, true), gone.All);
    }

    [Fact]
    public async Task What_a_running_job_uses_is_not_removed()
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: \"echo started; sleep 1000\" }] } }");
        using var run = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
        try
        {
            while (await run.StandardError.ReadLineAsync() is { } line && !line.EndsWith("  started", StringComparison.Ordinal))
            {
            }

            var refused = await ImageAsync("rm", "tiny");

            (refused.ExitCode, refused.Stderr.Contains("STR3022", StringComparison.Ordinal)).ShouldBe((2, true), refused.All);
        }
        finally
        {
            _ = Signal(run.Id, 2);
            await run.WaitForExitAsync();
        }

        var removed = await ImageAsync("rm", "tiny");
        removed.ExitCode.ShouldBe(0, removed.All);
        Directory.GetFiles(_bench.Data, "image.erofs", SearchOption.AllDirectories).ShouldHaveSingleItem(); // the source's
    }

    [Fact]
    public async Task Ctrl_C_while_an_archive_comes_in_leaves_nothing()
    {
        _bench.Workflow(Idle);
        await ImageAsync("export", "tiny", _scratch["tiny.tar"]);
        var archive = await File.ReadAllBytesAsync(_scratch["tiny.tar"]);
        var start = new ProcessStartInfo("env", ["--default-signal=INT", StrataProgram.Path, "image", "import", "half:1", "-", "--data", _scratch["data"]])
        {
            WorkingDirectory = _bench.Workspace,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var import = Process.Start(start)!;
        await import.StandardInput.BaseStream.WriteAsync(archive.AsMemory(0, archive.Length / 2));
        await import.StandardInput.BaseStream.FlushAsync();
        (await import.StandardError.ReadLineAsync()).ShouldStartWith("half:1: importing");

        Signal(import.Id, 2).ShouldBe(0);
        var rest = import.StandardError.ReadToEndAsync();
        await import.WaitForExitAsync(); // though the pipe is still open

        (import.ExitCode, (await rest).Contains("cancelled", StringComparison.Ordinal)).ShouldBe((1, true), await rest);
        Directory.GetFiles(_scratch["data"], "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task After_kill_9_at_any_moment_of_an_import_the_store_is_sound_and_the_next_one_works()
    {
        _bench.Workflow(Idle);
        await ImageAsync("export", "tiny", _scratch["tiny.tar"]);
        var rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 200 : 8;
        var random = new Random(41);
        for (var round = 0; round < rounds; round++)
        {
            using var import = StrataProgram.Start(_bench.Workspace, "image", "import", $"killed:{round}", _scratch["tiny.tar"], "--data", _scratch["data"]);
            await Task.Delay(random.Next(40, 400));
            _ = Signal(import.Id, 9);
            await import.WaitForExitAsync();
            if (round % 2 == 1)
            {
                await _bench.StrataAsync("image", "rm", $"killed:{round - 1}", "--data", _scratch["data"]); // there or not
            }
        }

        (await _bench.StrataAsync("image", "import", "whole:1", _scratch["tiny.tar"], "--data", _scratch["data"])).ExitCode.ShouldBe(0);
        (await _bench.StrataAsync("doctor", "--clean", "--data", _scratch["data"])).ExitCode.ShouldBe(0);
        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _scratch["data"]);
        (scrub.ExitCode, scrub.Stdout.Contains("1 layer,", StringComparison.Ordinal)).ShouldBe((0, true), scrub.All);
        Directory.GetDirectories(Path.Combine(_scratch["data"], "layers"), "tmp-*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Imports_and_removals_at_once_never_leave_a_name_without_its_layers()
    {
        _bench.Workflow(Idle);
        await ImageAsync("export", "tiny", _scratch["tiny.tar"]);
        for (var round = 0; round < (Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 50 : 3); round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0
                ? _bench.StrataAsync("image", "import", $"same:{i}", _scratch["tiny.tar"], "--data", _scratch["data"])
                : _bench.StrataAsync("image", "rm", $"same:{i - 1}", "--data", _scratch["data"])));

            outcomes.Where((_, i) => i % 2 == 0).ShouldAllBe(outcome => outcome.ExitCode == 0);
            outcomes.ShouldAllBe(outcome => outcome.ExitCode == 0 || outcome.Stderr.Contains("STR3021") || outcome.Stderr.Contains("STR3022"));
            var kept = JsonNode.Parse((await _bench.StrataAsync("image", "ls", "--json", "--data", _scratch["data"])).Stdout)!["images"]!.AsArray();
            kept.ShouldAllBe(image => (bool)image!["complete"]!);
        }
    }

    [Fact]
    public async Task The_shell_is_offered_definitions_and_images_and_help_names_every_command()
    {
        _bench.Workflow(Idle);
        const string Line = "strata image show ";

        var suggested = await _bench.StrataAsync($"[suggest:{Line.Length}]", Line);
        var help = await _bench.StrataAsync("image", "--help");

        suggested.Stdout.Split('\n').ShouldContain("tiny");
        foreach (var command in (string[])["ls", "show", "update", "pull", "push", "import", "export", "rm"])
        {
            help.Stdout.ShouldContain($"  {command} ");
            (await _bench.StrataAsync("image", command, "--help")).ExitCode.ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_setting_that_is_wrong_is_told_at_its_place()
    {
        _bench.Workflow(Idle);
        _bench.Write("config.yml", """
            registries:
              registry.test: { insecure: yes }
              https://x/y: { insecure: true }
              other.test:5000: { insecur: true }
            layers: { max-size: much }
            """);

        var outcome = await ImageAsync("ls", "--config", "config.yml");

        outcome.ExitCode.ShouldBe(2, outcome.All);
        foreach (var place in (string[])["config.yml:2:30: error STR1912", "config.yml:3:3: error STR1912", "config.yml:4:22: error STR1912", "config.yml:5:21: error STR1912"])
        {
            outcome.Stderr.ShouldContain(place);
        }
    }

    private Task<Outcome> ImageAsync(params string[] arguments) => _bench.StrataAsync(["image", .. arguments, "--data", _bench.Data]);

    private async Task<Outcome> WithAuthAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(StrataProgram.Path, arguments.Contains("--data") ? arguments : [.. arguments, "--data", _bench.Data])
        {
            WorkingDirectory = _bench.Workspace,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["REGISTRY_AUTH_FILE"] = _scratch["auth.json"] },
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await errors);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
