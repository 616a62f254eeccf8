using System.Text.Json.Nodes;
using Strata.Oci.Tests;

namespace Strata.EndToEnd;

/// <summary>strata.lock: what is pinned is what runs, until <c>strata image update</c> moves the pin.</summary>
public sealed class LockFileTests : IDisposable
{
    private readonly Workbench _bench = new();
    private readonly Scratch _scratch = new();

    public void Dispose()
    {
        _scratch.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_pinned_tag_is_what_it_was_until_it_is_updated_and_then_needs_no_registry()
    {
        await using var registry = await RealRegistry.StartAsync();
        await PushAsync(registry, "one");
        _bench.Workflow($$"""
              app: { from: "{{registry.Host}}/app:1" }
            jobs:
              a: { image: app, network: none, steps: [{ run: "echo version=$VERSION" }] }
              b: { image: "{{registry.Host}}/app:1", network: none, steps: [{ run: "true" }] }
            """);
        var check = await UpdateAsync("--check");
        var update = await UpdateAsync("--json");
        var written = await File.ReadAllTextAsync(LockFile);
        await PushAsync(registry, "two");

        var pinned = await _bench.RunAsync();
        var plan = await _bench.StrataAsync("plan", "--data", _bench.Data);
        var outdated = await UpdateAsync("--check");
        var untouched = await File.ReadAllTextAsync(LockFile);
        var unknown = await UpdateAsync("nothing");
        var moved = await UpdateAsync("app");
        var after = await _bench.RunAsync();
        await registry.DisposeAsync();
        var alone = await _bench.RunAsync();

        check.ExitCode.ShouldBe(1, check.All);
        update.ExitCode.ShouldBe(0, update.All);
        var pin = JsonNode.Parse(update.Stdout)!["pins"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)pin["change"], (string?)pin["reference"]).ShouldBe(("added", $"{registry.Host}/app:1"));
        written.ShouldContain("format: strata.lock/1\n");
        written.ShouldContain((string)pin["to"]!);
        pinned.Stderr.ShouldContain("version=one", Case.Sensitive, pinned.All);
        pinned.Stderr.ShouldContain("pinned to");
        plan.Stdout.ShouldContain("images.app, pinned to");
        (outdated.ExitCode, untouched).ShouldBe((1, written), outdated.All);
        (unknown.ExitCode, unknown.Stderr.Contains("STR1915", StringComparison.Ordinal)).ShouldBe((2, true), unknown.All);
        moved.Stdout.ShouldContain("→", Case.Sensitive, moved.All);
        after.Stderr.ShouldContain("version=two", Case.Sensitive, after.All);
        alone.ExitCode.ShouldBe(0, alone.All);
        alone.Stderr.ShouldNotContain("warning");
    }

    [Fact]
    public async Task A_run_writes_nothing_beside_the_workflow_and_pins_that_are_not_used_go_with_an_update()
    {
        await using var registry = await RealRegistry.StartAsync();
        await PushAsync(registry, "one");
        _bench.Workflow($"jobs: {{ a: {{ image: \"{registry.Host}/app:1\", network: none, steps: [{{ run: \"true\" }}] }} }}");
        await _bench.ReportAsync(0);
        File.Exists(LockFile).ShouldBeFalse();
        await UpdateAsync();
        File.Exists(LockFile).ShouldBeTrue();
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: \"true\" }] } }");

        var update = await UpdateAsync(_bench.Workspace);

        update.Stdout.ShouldContain("pin removed", Case.Sensitive, update.All);
        (await File.ReadAllTextAsync(LockFile)).ShouldContain("images: {}");
        Directory.GetFiles(_bench.Workspace).Select(Path.GetFileName).Order().ShouldBe([".gitignore", "report.json", "strata.lock", "strata.yml", "tiny.tar"]);
    }

    [Fact]
    public async Task A_broken_lock_file_is_refused_with_every_problem_and_its_place()
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: \"true\" }] } }");
        _bench.Write("strata.lock", "format: strata.lock/1\nimages:\n  debian:1: { digest: sha256:1 }\n  Bad Name: {}\nmore: 1\n");

        foreach (var command in (string[][])[["run"], ["plan"], ["image", "update"], ["image", "ls"], ["validate"]])
        {
            var outcome = await _bench.StrataAsync(command is ["validate"] ? command : [.. command, "--data", _bench.Data]);

            outcome.ExitCode.ShouldBe(2, outcome.All);
            outcome.Stderr.ShouldContain("strata.lock:3:23: error STR3153");
            outcome.Stderr.ShouldContain("strata.lock:4:3: error STR3154");
            outcome.Stderr.ShouldContain("strata.lock:5:1: error STR3152");
        }
    }

    [Fact]
    public async Task An_unreachable_registry_costs_little_when_a_digest_is_known_and_each_repository_knows_its_own()
    {
        await using var registry = await RealRegistry.StartAsync();
        await PushAsync(registry, "one");
        _bench.Workflow($"jobs: {{ a: {{ image: \"{registry.Host}/app:1\", network: none, steps: [{{ run: \"true\" }}] }} }}");
        await _bench.ReportAsync(0, "--trust", "internal");
        await registry.DisposeAsync();

        var same = await _bench.RunAsync("--trust", "internal");
        var lower = await _bench.RunAsync("--trust", "fork");
        var higher = await _bench.RunAsync("--trust", "protected");

        (same.ExitCode, same.Stderr.Contains("Using what", StringComparison.Ordinal)).ShouldBe((0, true), same.All);
        lower.ExitCode.ShouldBe(0, lower.All);
        (higher.ExitCode, higher.Stderr.Contains("STR3135", StringComparison.Ordinal)).ShouldBe((3, true), higher.All);
    }

    [Theory]
    [InlineData("fsync")]
    [InlineData("rename")]
    public async Task An_update_that_is_killed_leaves_the_lock_file_as_it_was_and_the_next_one_nothing_of_it(string call)
    {
        await using var registry = await RealRegistry.StartAsync();
        await PushAsync(registry, "one");
        _bench.Workflow($"jobs: {{ a: {{ image: \"{registry.Host}/app:1\", network: none, steps: [{{ run: \"true\" }}] }} }}");
        (await UpdateAsync()).ExitCode.ShouldBe(0);
        var before = await File.ReadAllTextAsync(LockFile);
        await PushAsync(registry, "two");
        var killed = 0;
        for (var time = 1; Directory.GetFiles(_bench.Workspace, "strata.lock.*.tmp").Length == 0 && time < 20; time++)
        {
            using var update = StrataProgram.StartKilledAt(call, time, _bench.Workspace, "image", "update", "--data", _bench.Data);
            var output = Task.WhenAll(update.StandardOutput.ReadToEndAsync(), update.StandardError.ReadToEndAsync());
            await update.WaitForExitAsync();
            await output;
            killed += update.ExitCode == 128 + 9 ? 1 : 0;
            (await File.ReadAllTextAsync(LockFile)).ShouldBe(before, $"{call} {time}");
        }

        var after = await UpdateAsync();

        killed.ShouldBeGreaterThan(0);
        after.Stdout.ShouldContain("→", Case.Sensitive, after.All);
        (await File.ReadAllTextAsync(LockFile)).ShouldNotBe(before);
        Directory.GetFiles(_bench.Workspace, "strata.lock*").ShouldBe([LockFile]);
    }

    private string LockFile => Path.Combine(_bench.Workspace, "strata.lock");

    private Task<Outcome> UpdateAsync(params string[] arguments) => _bench.StrataAsync(["image", "update", .. arguments, "--data", _bench.Data]);

    /// <summary>app:1 anew, with another environment.</summary>
    private async Task PushAsync(RealRegistry registry, string version)
    {
        var layout = _scratch[version];
        await Programs.RunAsync("umoci", "init", "--layout", layout);
        await Programs.RunAsync("umoci", "new", "--image", $"{layout}:app");
        await Programs.RunAsync("umoci", "unpack", "--image", $"{layout}:app", _scratch[$"{version}-bundle"]);
        await Programs.RunAsync("tar", "-xf", Path.Combine(_bench.Workspace, "tiny.tar"), "-C", _scratch[$"{version}-bundle/rootfs"]);
        await Programs.RunAsync("umoci", "repack", "--image", $"{layout}:app", _scratch[$"{version}-bundle"]);
        await Programs.RunAsync("umoci", "config", "--image", $"{layout}:app", "--config.env", $"VERSION={version}");
        await Programs.RunAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", $"oci:{layout}:app", $"docker://{registry.Host}/app:1");
    }
}
