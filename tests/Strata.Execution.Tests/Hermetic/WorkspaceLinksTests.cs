using Strata.Execution.Hermetic;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;

namespace Strata.Execution.Tests.Hermetic;

public sealed class WorkspaceLinksTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("strata-links-");
    private readonly MergedTree _shown;

    public WorkspaceLinksTests()
    {
        var tree = _directory.CreateSubdirectory("tree");
        tree.CreateSubdirectory("real/deep");
        tree.CreateSubdirectory("other");
        File.WriteAllText(Path.Combine(tree.FullName, "real/deep/file"), "1");
        foreach (var (link, target) in ((string, string)[])[
            ("shortcut", "real"), ("other/up", "../real/deep"), ("twice", "shortcut/deep/file"), ("absolute", "/workspace/real/deep"),
            ("out", "/etc"), ("above", "../../etc"), ("loop", "loop"), ("dangling", "nowhere")])
        {
            File.CreateSymbolicLink(Path.Combine(tree.FullName, link), target);
        }

        var index = Path.Combine(_directory.FullName, "index");
        LayerPacker.FromDirectoryAsync(tree.FullName, new(Path.Combine(_directory.FullName, "image"), index), PackOptions.Default, CancellationToken.None).GetAwaiter().GetResult();
        _shown = MergedTree.Of([LayerIndex.Open(index)]);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("real/deep/file", "real/deep/file")]
    [InlineData("real/./deep/../deep/file", "real/deep/file")]
    [InlineData("shortcut/deep/file", "shortcut", "real/deep/file")]
    [InlineData("other/up/file", "other/up", "real/deep/file")]
    [InlineData("twice", "twice", "shortcut", "real/deep/file")]
    [InlineData("absolute/file", "absolute", "real/deep/file")]
    [InlineData("out/passwd", "out")]
    [InlineData("above", "above")]
    [InlineData("dangling", "dangling")]
    [InlineData("missing/file")]
    public void The_links_on_the_way_and_what_they_lead_to(string path, params string[] expected) =>
        WorkspaceLinks.Follow(_shown, path).Select(static passed => passed.Path).ShouldBe(expected);

    [Fact]
    public void A_loop_ends() => WorkspaceLinks.Follow(_shown, "loop").ShouldAllBe(static passed => passed.Kind == EntryKind.Symlink);
}
