using System.Text;
using Strata.Cli.Configuration;
using Strata.Cli.Image;
using Strata.Cli.WorkflowFiles;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Execution.Planning;
using Strata.Execution.Running;
using Strata.Images;
using Strata.Workflows.Locking;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Tests;

/// <summary>What is pinned, and what changed.</summary>
public sealed class ImageUpdateTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-update-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Every_image_of_a_workflow_can_be_pinned_whatever_its_conditions_say_now()
    {
        var request = Request(_root.FullName, """
            images:
              base: { from: debootstrap:bookworm, packages: [git, curl] }
              same: { from: debootstrap:bookworm, packages: [curl, git, curl] }
              more: { from: debootstrap:bookworm, packages: [less] }
              node: { from: "node:20", steps: [{ run: npm install -g pnpm }] }
              file: { from: "rootfs:/x.tar" }
              exact: { from: "debian@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
              child: { from: images.base }
            jobs:
              a: { image: base, steps: [{ run: "true" }] }
              never: { if: "false", image: "alpine:3", steps: [{ run: "true" }] }
              each: { strategy: { matrix: { v: [1, 2] } }, image: "python:${{ matrix.v }}", steps: [{ run: "true" }] }
              boxed: { runs-on: x, container: "docker://busybox:1", steps: [{ run: "true" }] }
              inline: { image: { from: "ruby:3" }, steps: [{ run: "true" }] }
              late: { needs: a, strategy: { matrix: { v: "${{ fromJSON(needs.a.outputs.x) }}" } }, image: "perl:5", steps: [{ run: "true" }] }
              plain: { steps: [{ run: "true" }] }
            """);

        var found = WorkflowImages.Pinnable(request);

        found.Select(reference => reference.Reference).Order(StringComparer.Ordinal).ShouldBe(
            ["alpine:3", "busybox:1", "debootstrap:bookworm", "node:20", "perl:5", "python:1", "python:2", "ruby:3"]);
        var suite = found.Single(reference => reference.Reference == "debootstrap:bookworm");
        suite.Images.Count.ShouldBe(3); // base, more, and the default image of `plain`
        suite.Names.ShouldBe(["base", "same", "more", "child", "default"]);
    }

    [Theory]
    [InlineData("added", false, "pinned to 6b86b273ff34")]
    [InlineData("added", true, "not pinned (now 6b86b273ff34)")]
    [InlineData("removed", false, "not used any more: pin removed")]
    [InlineData("removed", true, "not used any more")]
    public void A_check_does_not_say_that_it_pinned_something(string change, bool checks, string words)
    {
        var digest = Digest.Of("1"u8).ToString();

        ImageUpdateCommand.Words(new("a:1", change, change == "removed" ? digest : null, change == "removed" ? null : digest, []), checks).ShouldBe(words);
    }

    [Theory]
    [InlineData("noed", "Did you mean 'node'?")]
    [InlineData("node", null)]
    [InlineData("alpine", null)]
    [InlineData("debootstrap:bookworm", null)]
    public void A_name_that_is_nearly_a_definitions_is_told_before_a_registry_is_asked(string name, string? doubt)
    {
        var request = Request(_root.FullName, """
            images: { node: { from: "rootfs:/x.tar" } }
            jobs: { a: { image: node, steps: [{ run: "true" }] } }
            """);
        var (images, _) = WorkflowImages.Find(request, [name]);

        var said = ImageWork.Doubt(images.ShouldHaveSingleItem(), ["node"]);

        (said is null).ShouldBe(doubt is null);
        (said ?? "").ShouldEndWith(doubt ?? "");
    }

    [Fact]
    public void Changes_are_told_to_the_package()
    {
        var (one, two) = (Digest.Of("1"u8), Digest.Of("2"u8));
        var before = Lock(("a:1", one, []), ("b:1", one, []), ("c:1", one, []), ("debootstrap:x", one, ["apt=1", "gone=1", "same=1", "two=1"]), ("old:1", one, []));
        var after = Lock(("a:1", one, []), ("b:1", two, []), ("d:1", two, []), ("debootstrap:x", one, ["apt=2", "new=1", "same=1", "two=1", "two=2"]), ("old:1", one, []));

        var changes = PinChanges.Of(before, after, new HashSet<string> { "old:1", "absent:1" });

        changes.Select(change => (change.Reference, change.Change)).ShouldBe(
        [
            ("a:1", "unchanged"), ("absent:1", "missing"), ("b:1", "moved"), ("c:1", "removed"), ("d:1", "added"), ("debootstrap:x", "moved"), ("old:1", "outdated"),
        ]);
        changes.Single(change => change.Reference == "debootstrap:x").Packages.ShouldBe(
            [new("apt", "1", "2"), new("gone", "1", null), new("new", null, "1"), new("two", "1", "1, 2")]);
    }

    [Theory]
    [InlineData("other.yml", "jobs: { a: { image: \"alpine:3\", steps: [{ run: \"true\" }] } }", "", new[] { "alpine:3" })]
    [InlineData("compose.yml", "services: {}", "", new string[0])]
    [InlineData(".github/workflows/other.yml", "jobs: { a: { image: \"alpine:3\", steps: [{ run: \"true\" }] } }", ".github/workflows/", new[] { "alpine:3" })]
    [InlineData(".github/workflows/broken.yml", "jobs: [", ".github/workflows/", null)]
    public void Pins_that_another_workflow_of_the_directory_uses_are_not_unused(string beside, string text, string directory, string[]? expected)
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, ".github/workflows"));
        var own = Path.Combine(_root.FullName, directory, "strata.yml");
        const string Workflow = "jobs: { a: { image: \"debian:1\", steps: [{ run: \"true\" }] } }";
        File.WriteAllText(own, Workflow);
        File.WriteAllText(Path.Combine(_root.FullName, beside), text);
        var place = new ImagePlace(
            _root.FullName, ConfigurationFile.Read(null, _root.FullName, []), Identity, new(own, "strata.yml", _root.FullName), Request(_root.FullName, Workflow));

        WorkflowsBeside.References(place)?.Order().ShouldBe(expected ?? []);
        (WorkflowsBeside.References(place) is null).ShouldBe(expected is null);
    }

    [Fact]
    public void A_lock_file_is_replaced_as_a_whole()
    {
        var file = new LockFile(Path.Combine(_root.FullName, "strata.lock"), "strata.lock");
        List<Diagnostic> problems = [];
        file.Read(problems).ShouldBe(ImageLock.Empty);
        file.Write(Lock(("a:1", Digest.Of("1"u8), [])));
        file.Write(Lock(("b:1", Digest.Of("1"u8), [])));

        file.Read(problems).Images.Keys.ShouldBe(["b:1"]);
        problems.ShouldBeEmpty();
        _root.GetFiles().Select(f => f.Name).ShouldBe(["strata.lock"]);
        Should.Throw<EnvironmentException>(() => new LockFile("/proc/none/strata.lock", "strata.lock").Write(ImageLock.Empty)).Diagnostic.Code.ShouldBe("STR1913");
    }

    [Fact]
    public void Registries_and_limits_are_read_from_the_configuration()
    {
        File.WriteAllText(Path.Combine(_root.FullName, "config.yml"), """
            registries:
              lab.test: { insecure: true }
              "[fd00::1]:5000": { insecure: true }
              safe.test: { insecure: false }
            layers: { max-size: 2GB }
            """);
        List<Diagnostic> problems = [];

        var configuration = ConfigurationFile.Read(null, _root.FullName, problems);

        problems.ShouldBeEmpty();
        configuration.InsecureRegistries.Order().ShouldBe(["[fd00::1]:5000", "lab.test"]);
        configuration.LayersBytesMax.ShouldBe(2_000_000_000);
    }

    private static RunIdentity Identity { get; } =
        new() { Organization = "local", Repository = "r", Ref = "refs/heads/main", Trust = Trust.Protected, DefaultBranch = "refs/heads/main" };

    private static ImageLock Lock(params (string Reference, Digest Digest, string[] Packages)[] pins) =>
        new(pins.ToDictionary(pin => pin.Reference, pin => new LockedImage(pin.Digest, null, pin.Packages, null)));

    private static RunRequest Request(string workspace, string yaml)
    {
        var (workflow, problems) = WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes(yaml));
        return new()
        {
            Workflow = workflow.ShouldNotBeNull(string.Join('\n', problems)),
            Identity = Identity,
            WorkspaceDirectory = workspace,
            DataDirectory = workspace,
            Selection = RunSelection.All,
        };
    }
}
