using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Packing;
using Strata.Layers.Views;

namespace Strata.Layers.Tests.Views;

public sealed class StackTreeTests
{
    private static readonly bool Soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    [Fact]
    public void It_finds_what_the_merged_indexes_show_in_whatever_order_it_is_asked()
    {
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            using var store = new ViewStore();
            foreach (var part in new RandomView(seed, store).Request.Parts)
            {
                var merged = MergedTree.Of([.. part.Layers.Select(l => LayerIndex.Open(l.IndexPath!))]);
                byte[][] paths = [.. merged.Entries([], []).Select(e => e.Entry.Path)];
                new Random(seed).Shuffle(paths);
                using var tree = new StackTree(part.Layers);
                foreach (var path in paths.Concat(paths).SelectMany(p => (byte[][])[p, [.. p, (byte)'x'], [.. p, (byte)'/', (byte)'x']]))
                {
                    Show(tree.Find(path)).ShouldBe(Show(merged.Find(path)?.Entry), $"seed {seed}");
                }
            }
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Soak ? 2000 : 100), property);
    }

    [Fact]
    public void Small_files_are_read_from_the_layer_that_has_them()
    {
        using var store = new ViewStore();
        var bottom = store.Add(l =>
        {
            l.Add(LayerImages.Folder("etc"));
            l.AddFile("etc/passwd", "old");
            l.AddFile("etc/group", "group");
        });
        var top = store.Add(l =>
        {
            l.Add(LayerImages.Folder("etc"));
            l.AddFile("etc/passwd", "newer");
            l.Add(LayerImages.HardLink("etc/same", "etc/passwd"));
            l.Add(LayerImages.Symlink("etc/link", "passwd"));
        });
        using var tree = new StackTree([bottom, top]);
        Text(tree.ReadFile("etc/passwd"u8, 5)).ShouldBe("newer");
        Text(tree.ReadFile("etc/same"u8, 5)).ShouldBe("newer");
        Text(tree.ReadFile("etc/group"u8, 100)).ShouldBe("group");
        Text(tree.ReadFile("etc/passwd"u8, 4)).ShouldBeNull();
        Text(tree.ReadFile("etc/link"u8, 100)).ShouldBeNull();
        Text(tree.ReadFile("etc"u8, 100)).ShouldBeNull();
        Text(tree.ReadFile([], 100)).ShouldBeNull();
        Text(tree.ReadFile("etc/none"u8, 100)).ShouldBeNull();
        using var none = new StackTree([]);
        none.Find([]).ShouldBeNull();
        none.Find("a"u8).ShouldBeNull();
        using var view = new StackTree([store.Open(new ViewPart { Layers = [top] }).Image]);
        view.Find("etc/passwd"u8).ShouldNotBeNull();
        Should.Throw<DamagedLayerException>(() => view.ReadFile("etc/passwd"u8, 100));
    }

    private static string? Text(byte[]? content) => content is null ? null : Encoding.ASCII.GetString(content);

    private static string? Show(LayerEntry? entry) => entry is null ? null : RandomEntries.Show([(entry, [])]);
}
