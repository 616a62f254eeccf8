using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Images.Building;
using Strata.Images.Keys;
using Strata.Images.Recipes;
using Strata.Images.Tests.Copying;
using Strata.Images.Tests.Records;
using Strata.Sandbox;

namespace Strata.Images.Tests.Building;

/// <summary>From a step to its key: nothing that the step can see, or that says what it does, is forgotten on the way.</summary>
public sealed class StepKeyTests : IDisposable
{
    private static readonly SourceSpan At = new("strata.yml", 7, 9);

    private static readonly RecipeStep.Run Run = new("make $ARG", null, Of("STEP", "1"), Of(), [], Network: true, At);

    private readonly CopyStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Each_thing_a_command_can_see_is_in_its_key()
    {
        var plain = KeyOf(Run);
        var config = new ImageConfig(Of("IMAGE", "1"), "/srv", "node");
        (string What, Digest Key)[] changes =
        [
            ("layers below", KeyOf(Run, layer: "other")),
            ("command", KeyOf(Run with { Command = "make  $ARG" })),
            ("shell", KeyOf(Run with { Shell = "bash" })),
            ("env of the step", KeyOf(Run with { Env = Of("STEP", "2") })),
            ("env of the image", KeyOf(Run, config with { Environment = Of("IMAGE", "2") })),
            ("one more variable", KeyOf(Run, config with { Environment = Of("IMAGE", "1", "MORE", "") })),
            ("env for arg", KeyOf(Run with { Env = Of("STEP", "1", "ARG", "a") }, args: Of())),
            ("arg", KeyOf(Run, args: Of("ARG", "b"))),
            ("arg of the step", KeyOf(Run with { Args = Of("OTHER", "b") })),
            ("user", KeyOf(Run, config with { User = "root" })),
            ("no user", KeyOf(Run, config with { User = null })),
            ("working directory", KeyOf(Run, config with { WorkingDirectory = "/" })),
            ("network", KeyOf(Run with { Network = false })),
        ];
        changes.Select(static change => change.Key).Append(plain).Distinct().Count().ShouldBe(
            changes.Length + 1, string.Join(", ", changes.Select(static change => $"{change.What}: {change.Key.Short}")));
    }

    [Fact]
    public void What_a_command_cannot_see_is_not_in_its_key()
    {
        var plain = KeyOf(Run);
        KeyOf(Run, args: Of("ARG", "a", "UNNAMED", "x")).ShouldBe(plain);
        KeyOf(Run with { Shell = "sh -e" }).ShouldBe(plain); // what it is if nothing is said
        KeyOf(Run with { At = new("other.yml", 1, 1) }).ShouldBe(plain);
        KeyOf(Run with { Secrets = ["TOKEN"] }).ShouldBe(plain);
        KeyOf(Run with { Timeout = TimeSpan.FromMinutes(1) }).ShouldBe(plain);
        KeyOf(Run, limits: new(1, null, null, null)).ShouldBe(plain);
    }

    [Fact]
    public void Each_thing_that_says_how_files_are_copied_is_in_the_key()
    {
        var source = _store.Layer("t/", "t/x");
        var (step, config) = (CopyStore.Step("t", "o"), new ImageConfig(Of(), "/srv", null));
        Digest KeyOf(RecipeStep.Copy step, ImageConfig? with = null, string layer = "layer")
        {
            using var copy = new CopyStepLayer(Below(layer, with ?? config), step, _store.Find(_store.Request(step, source, _store.Layer("y"))), null, Of(), null!);
            return LayerKey.Of(copy.Inputs).Key;
        }

        (string What, Digest Key)[] changes =
        [
            ("layers below", KeyOf(step, layer: "other")),
            ("files", KeyOf(CopyStore.Step("t/x", "o"))),
            ("to", KeyOf(CopyStore.Step("t", "o/"))),
            ("mode", KeyOf(step with { Mode = 0x1a4 })),
            ("owner", KeyOf(step with { Owner = "1" })),
            ("working directory", KeyOf(step, config with { WorkingDirectory = "/" })),
        ];
        changes.Select(static change => change.Key).Append(KeyOf(step)).Distinct().Count().ShouldBe(changes.Length + 1);
        KeyOf(CopyStore.Step("t", "/o"), config with { WorkingDirectory = "/" }).ShouldBe(KeyOf(CopyStore.Step("t", "/o"))); // nothing is relative to it
    }

    [Fact]
    public void What_a_copy_leaves_out_and_what_another_image_holds_are_in_the_key()
    {
        var step = CopyStore.Step("t", "/o");
        Digest KeyOf(RecipeStep.Copy step, string text = "x", ImageStack? from = null)
        {
            var source = _store.Layer((CopyStore.Folder("t"), ""), (CopyStore.File("t/x"), text), (CopyStore.File("t/y"), "y"));
            using var copy = new CopyStepLayer(
                Below("layer", ImageConfig.Empty), step, _store.Find(_store.Request(step, source, _store.Layer("y")) with { FromWorkspace = from is null }), from, Of(), null!);
            return LayerKey.Of(copy.Inputs).Key;
        }

        var other = Below("other", ImageConfig.Empty);
        Digest[] keys = [KeyOf(step), KeyOf(step with { Exclude = ["t/x"] }), KeyOf(step with { Exclude = ["t/y"] }), KeyOf(step, from: other), KeyOf(step, "z", other)];
        keys.Distinct().Count().ShouldBe(keys.Length);
        KeyOf(step with { Exclude = ["u"] }).ShouldBe(KeyOf(step)); // takes nothing away
        KeyOf(step, from: Below("third", ImageConfig.Empty)).ShouldBe(KeyOf(step, from: other)); // what it holds counts, not what else it is
    }

    [Fact]
    public void A_working_directory_is_in_the_key_of_the_step_that_makes_it()
    {
        Digest KeyOf(string path, string layer = "layer")
        {
            using var directory = new DirectoryStepLayer(Below(layer, ImageConfig.Empty), new(path, At), null!);
            return LayerKey.Of(directory.Inputs).Key;
        }

        Digest[] keys = [KeyOf("/srv"), KeyOf("/srv/app"), KeyOf("/srv", "other"), StepKeyTests.KeyOf(Run, new(Of(), "/srv", null))];
        keys.Distinct().Count().ShouldBe(keys.Length);
    }

    [Fact]
    public void The_same_layer_on_two_bases_is_not_the_same_to_stand_on()
    {
        string[][] stacks = [["a", "delta"], ["b", "delta"], ["delta", "a"], ["delta"], ["a", "delta", "delta"], ["a"], ["a", "b", "delta"]];
        stacks.Select(static layers => LayerKey.Of(new()
        {
            Below = ImageDigest.OfSnapshot([.. layers.Select(RecordsBench.Key)]), Instruction = "run", Platform = ImageDigest.Platform, Command = "true",
        }).Key).Distinct().Count().ShouldBe(stacks.Length);
    }

    private static Digest KeyOf(
        RecipeStep.Run step, ImageConfig? config = null, IReadOnlyDictionary<string, string>? args = null, string layer = "layer", ResourceLimits? limits = null)
    {
        using var run = new RunStepLayer(
            new("image", 0, 1, step.Title), step, Below(layer, config ?? new(Of("IMAGE", "1"), "/srv", "node")), args ?? Of("ARG", "a"), limits ?? ResourceLimits.None, Context(), null!, null!,
            TimeProvider.System);
        return LayerKey.Of(run.Inputs).Key;
    }

    private static ImageStack Below(string layer, ImageConfig config) =>
        new(new HeldImage(new ResolvedBase([], [new(null, RecordsBench.Key(layer), LayerOutcome.Reused, TimeSpan.Zero, 1)], config)));

    private static BuildContext Context() => new()
    {
        Identity = RecordsBench.Main,
        Producer = new("run-1", "build", 1),
        OpenHost = static _ => throw new InvalidOperationException(),
        OpenWorkspace = static _ => throw new InvalidOperationException(),
        Observer = null!,
    };

    private static Dictionary<string, string> Of(params string[] pairs) => pairs.Chunk(2).ToDictionary(static pair => pair[0], static pair => pair[1]);
}
