using Strata.Sandbox.Native;

namespace Strata.Sandbox.Tests.Jobs;

/// <summary>Lowers that are mounted for a sandbox: with its ids, gone with it.</summary>
public sealed class MountedTreeTests : IClassFixture<Machine>
{
    private readonly Machine _machine;

    public MountedTreeTests(Machine machine) => _machine = machine;

    [Fact]
    public async Task A_mounted_tree_has_the_jobs_ids_and_is_unmounted_with_the_sandbox()
    {
        var targets = new List<string>();
        var tree = new SandboxTree.Mounted("tmpfs", target =>
        {
            targets.Add(target);
            LibC.Mount("none", target, "tmpfs", 0, "mode=0755").ShouldBe(0);
            File.WriteAllText($"{target}/file", "content");
            LibC.ChangeOwner($"{target}/file", 1000, 70_000).ShouldBe(0);
            Directory.CreateDirectory($"{target}/directory");
        });
        var spec = _machine.Spec() with { RootLowers = [_machine.Image, tree], WorkspaceLowers = [tree] };
        ISandbox sandbox;
        await using (sandbox = await _machine.StartAsync(spec))
        {
            var (outcome, output) = await Machine.ShellAsync(
                sandbox, "cat /file /workspace/file && busybox stat -c ' %u:%g' /file && echo more >> /workspace/file && mv /workspace/directory /workspace/moved && ls /workspace");

            outcome.ExitCode.ShouldBe(0, output);
            output.ShouldBe("contentcontent 1000:70000\nfile\nmoved\n");
            targets.Count.ShouldBe(2);
        }

        // The host's thread still runs; the next sandbox has the same targets, empty.
        await _machine.Host.CleanUpAsync(CancellationToken.None);
        await using var next = await _machine.StartAsync();
        var mounts = await next.RunInMountNamespaceAsync(() => File.ReadAllText("/proc/thread-self/mountinfo"), CancellationToken.None);
        mounts.ShouldNotContain("tmpfs none rw,mode=755");
        mounts.Split('\n').Count(line => targets.Exists(t => line.Contains(t, StringComparison.Ordinal))).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_stack_too_high_for_an_option_string_of_paths_shows_the_topmost_of_each_file()
    {
        const int Trees = 120;
        var trees = new List<SandboxTree> { _machine.Image };
        for (var i = 0; i < Trees; i++)
        {
            var tree = Directory.CreateDirectory($"{_machine.Directory}/trees/{new string('d', 80)}/{i}").FullName;
            File.WriteAllText($"{tree}/top", $"{i}");
            File.WriteAllText($"{tree}/pair{i}", "above");
            File.WriteAllText($"{tree}/pair{i + 1}", "below");
            trees.Add(tree);
        }

        await using var sandbox = await _machine.StartAsync(_machine.Spec() with { RootLowers = trees, WorkspaceLowers = trees[1..] });

        var (outcome, output) = await Machine.ShellAsync(
            sandbox,
            $"cat /top /workspace/top; for i in $(busybox seq 0 {Trees - 1}); do test $(cat /pair$i) = above || echo wrong $i; done; cat /pair{Trees}; echo mine > /top; cat /top");

        outcome.ExitCode.ShouldBe(0, output);
        output.ShouldBe($"{Trees - 1}{Trees - 1}belowmine\n");
        (await sandbox.RunInMountNamespaceAsync(() => File.ReadAllText("/proc/thread-self/mountinfo"), CancellationToken.None)).ShouldNotContain("lowerdir+");
    }
}
