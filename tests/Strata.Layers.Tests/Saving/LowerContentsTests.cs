using System.Text;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Saving;
using Strata.Layers.Tests.Erofs;
using Strata.Layers.Tests.Views;
using Strata.Layers.Views;
using static Strata.Layers.Tests.Erofs.LayerImages;

namespace Strata.Layers.Tests.Saving;

/// <summary>Contents of files below a job, be they in a layer or in what a view stands on.</summary>
public sealed class LowerContentsTests : IDisposable
{
    private readonly ViewStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Files_of_layers_and_of_views_are_read_whole_and_in_parts()
    {
        var large = new byte[700_000];
        new Random(7).NextBytes(large);
        var image = _store.Add(layer =>
        {
            layer.Add(Folder(""));
            layer.AddFile("hidden", "of the image");
            layer.AddFile("only", "image");
        });
        var bottom = _store.Add(layer =>
        {
            layer.Add(Folder(""));
            layer.AddFile(Entry(EntryKind.File, "large"), large);
            layer.AddFile("old", "old");
        });
        var top = _store.Add(layer =>
        {
            layer.Add(Folder(""));
            layer.AddFile("old", "new");
        });
        var view = _store.Open(new ViewPart { Layers = [bottom, top], Prefix = "p"u8.ToArray() });
        var over = _store.Open(new ViewPart { Layers = [_store.Add(layer => { layer.Add(Folder("")); layer.AddFile("hidden", ""); })] });
        List<LowerLayer> layers = [LowerLayer.Of(image), LowerLayer.Of(view), LowerLayer.Of(over)];
        var tree = MergedTree.Of(layers.ConvertAll(static layer => layer.ReadIndex()));
        using var contents = new LowerContents(layers, tree, _store.Directory.Path);

        Text(contents.ReadAll("only"u8, 100)).ShouldBe("image");
        Text(contents.ReadAll("p/old"u8, 100)).ShouldBe("new");
        contents.ReadAll("hidden"u8, 100).ShouldBeEmpty();
        contents.ReadAll("p/large"u8, large.Length).ShouldBe(large);
        contents.ReadAll("p/large"u8, large.Length - 1).ShouldBeNull();
        var part = new byte[1000];
        contents.Read(tree.Find("p/large"u8)!, 123_456, part);
        part.ShouldBe(large[123_456..124_456]);
        using (var file = contents.Open(tree.Find("p/large"u8)!))
        {
            RandomAccess.GetLength(file).ShouldBe(large.Length);
            var copy = new byte[large.Length];
            RandomAccess.Read(file, copy, 0);
            copy.ShouldBe(large);
        }

        Directory.EnumerateFiles(_store.Directory.Path, "lower-*").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("d/relative", "x")]
    [InlineData("d/absolute", "x")]
    [InlineData("d/above", "x")]
    [InlineData("d/twice", "x")]
    [InlineData("d/loop", null)]
    [InlineData("d/broken", null)]
    [InlineData("d", null)]
    [InlineData("none", null)]
    public void A_last_name_that_is_a_link_is_followed(string path, string? expected)
    {
        var layer = LowerLayer.Of(_store.Add(l =>
        {
            l.Add(Folder(""));
            l.Add(Folder("d"));
            l.Add(Symlink("d/above", "../../../file"));
            l.Add(Symlink("d/absolute", "/file"));
            l.Add(Symlink("d/broken", "nothing"));
            l.Add(Symlink("d/loop", "loop"));
            l.Add(Symlink("d/relative", ".././/file"));
            l.Add(Symlink("d/twice", "relative"));
            l.AddFile("file", "x");
        }));
        var tree = layer.ReadTree();
        using var contents = new LowerContents([layer], tree, _store.Directory.Path);
        Text(contents.ReadAll(Encoding.UTF8.GetBytes(path), 100)).ShouldBe(expected);
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
