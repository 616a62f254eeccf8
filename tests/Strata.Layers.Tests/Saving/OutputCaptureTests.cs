using Strata.Core.Globs;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Saving;
using Strata.Layers.Store;
using Strata.Layers.Tests.Views;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Trees;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Saving;

public sealed class OutputCaptureTests : IDisposable
{
    private static readonly Timestamp Epoch = new(315_532_800, 0);

    private readonly ViewStore _store = new();
    private readonly string _upper;
    private readonly LayerLease _inputs;

    public OutputCaptureTests()
    {
        _upper = Directory.CreateDirectory(_store.Directory.Combine("upper")).FullName;
        Directory.CreateDirectory(_store.Directory.Combine("scratch"));
        _inputs = _store.Add([(Folder(""), []), (Folder("src"), []), (Entry(EntryKind.File, "src/a") with { Size = 1 }, "a"u8.ToArray())]);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task What_matches_is_captured_with_the_directories_above_and_one_time()
    {
        Shell.Run(_upper, "mkdir -p dist/deep other; echo 1 > dist/deep/file; echo 2 > other/left; ln -s file dist/deep/link; chmod 0710 dist");

        using var outputs = await CaptureAsync("dist/");

        Names(outputs!).ShouldBe(["", "dist", "dist/deep", "dist/deep/file", "dist/deep/link"]);
        Entries(outputs!).ShouldAllBe(entry => entry.Modified == Epoch);
        Entries(outputs!).Single(entry => System.Text.Encoding.UTF8.GetString(entry.Path) == "dist").Mode.ShouldBe(0b111_001_000u);
        outputs!.Tree.Files.ShouldBe(4);
    }

    [Fact]
    public async Task The_same_outputs_are_the_same_layer_whenever_they_were_made()
    {
        Shell.Run(_upper, "mkdir dist; echo 1 > dist/a; touch -d 2001-01-01 dist/a dist");
        using var first = await CaptureAsync("dist/");
        Shell.Run(_upper, "touch -d 2002-02-02 dist/a dist");
        using var second = await CaptureAsync("dist/");

        second!.Layer.Digest.ShouldBe(first!.Layer.Digest);
    }

    [Fact]
    public async Task A_hard_link_to_what_is_not_captured_is_captured_as_a_file()
    {
        Shell.Run(_upper, "mkdir z; echo content > a; ln a z/one; ln a z/two");

        using var outputs = await CaptureAsync("z/");

        Entries(outputs!).Select(entry => (System.Text.Encoding.UTF8.GetString(entry.Path), entry.Kind)).Skip(2)
            .ShouldBe([("z/one", EntryKind.File), ("z/two", EntryKind.HardLink)]);
        outputs!.Tree.SizeBytes.ShouldBe(8);
    }

    [Fact]
    public async Task Nothing_at_the_output_paths_is_nothing()
    {
        Shell.Run(_upper, "echo 1 > elsewhere");
        (await CaptureAsync("dist/")).ShouldBeNull();
    }

    [Fact]
    public void Names_are_what_was_written_and_not_where_something_is_mounted()
    {
        Shell.Run(_upper, "mkdir -p a/b empty; echo 1 > a/b/file; mknod src c 0 0; mkdir -p run/strata; echo > .git");
        using var overlay = new WrittenOverlay([], new(_upper, OwnerPolicy.Root, UserXattr: false, [".git"u8.ToArray()]), _store.Directory.Combine("scratch"));

        overlay.Names(100).Select(System.Text.Encoding.UTF8.GetString).ShouldBe(["a/b/file", "src"]);
        overlay.Names(1).Count.ShouldBe(1);
    }

    [Fact]
    public void Names_that_are_left_out_do_not_count()
    {
        Shell.Run(_upper, "mkdir -p dist/deep a/dist; for i in $(seq 50); do echo 1 > dist/deep/$i; done; echo 1 > report.xml");
        Attributes.Set(Path.Combine(_upper, "a"), "trusted.overlay.opaque", "y"u8.ToArray()); // as overlayfs marks what it makes
        using var overlay = new WrittenOverlay([], new(_upper, OwnerPolicy.Root, UserXattr: false, []), _store.Directory.Combine("scratch"));

        overlay.Names(1, (path, isDirectory) => isDirectory && path.AsSpan().EndsWith("dist"u8)).Select(System.Text.Encoding.UTF8.GetString).ShouldBe(["report.xml"]);
    }

    [Fact]
    public async Task What_changed_so_far_is_a_layer_over_what_lies_below()
    {
        Shell.Run(_upper, "mkdir gen; echo 1 > gen/file; mkdir node_modules; echo 2 > node_modules/left; mkdir src; mknod src/a c 0 0");
        using var overlay = Overlay();

        using var changes = await LiveChanges.StoreAsync(
            _store.Layers.Public, overlay, path => !path.AsSpan().StartsWith("node_modules"u8), CancellationToken.None);

        using var reader = ErofsReader.Open(changes!.Image, ownsFile: false);
        reader.Entries().Select(entry => System.Text.Encoding.UTF8.GetString(entry.Entry.Path)).ShouldBe(["", "gen", "gen/file", "src", "src/a"]);
    }

    [Fact]
    public async Task An_overlay_that_nobody_touched_is_not_compared()
    {
        using var overlay = new WrittenOverlay([], new(_upper, OwnerPolicy.Root, UserXattr: false, []), _store.Directory.Combine("scratch"));
        (await LiveChanges.StoreAsync(_store.Layers.Public, overlay, static _ => true, CancellationToken.None)).ShouldBeNull();
    }

    private async Task<CapturedOutputs?> CaptureAsync(params string[] patterns)
    {
        using var overlay = Overlay();
        return await OutputCapture.CaptureAsync(_store.Layers.Public, overlay, GlobSet.Parse(patterns).Set!, Epoch, CancellationToken.None);
    }

    private WrittenOverlay Overlay() => new([LowerLayer.Of(_inputs)], new(_upper, OwnerPolicy.Root, UserXattr: false, []), _store.Directory.Combine("scratch"));

    private static List<LayerEntry> Entries(CapturedOutputs outputs)
    {
        using var reader = ErofsReader.Open(outputs.Layer.Image, ownsFile: false);
        return [.. reader.Entries().Select(static entry => entry.Entry)];
    }

    private static List<string> Names(CapturedOutputs outputs) => [.. Entries(outputs).Select(static entry => System.Text.Encoding.UTF8.GetString(entry.Path))];
}
