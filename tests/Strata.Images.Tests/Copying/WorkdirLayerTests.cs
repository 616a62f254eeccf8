using Strata.Core.Diagnostics;
using Strata.Images.Copying;
using Strata.Images.Recipes;
using Strata.Layers.Store;
using static Strata.Images.Tests.Copying.CopyStore;

namespace Strata.Images.Tests.Copying;

public sealed class WorkdirLayerTests : IDisposable
{
    private readonly CopyStore _store = new();
    private readonly LayerLease _image;

    public WorkdirLayerTests() => _image = _store.Layer(
        (Folder("srv", 0x1c9) with { User = 3, Group = 4 }, ""), (Folder("srv/app"), ""), (File("file"), "x"), (Link("link", "srv"), ""), (Link("loop", "loop"), ""),
        (Link("dangling", "made/here"), ""));

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("/")]
    [InlineData("/srv")]
    [InlineData("/srv/app/")]
    [InlineData("/link/app")]
    [InlineData("//srv/./app/..")]
    public void A_directory_that_is_there_needs_no_layer(string path) => WorkdirLayer.Find([_image], path, At).ShouldBeNull();

    [Theory]
    [InlineData("/new", "new/ 755")]
    [InlineData("/srv/a/b", "srv/ 711 3:4|srv/a/ 755|srv/a/b/ 755")]
    [InlineData("/link/b", "srv/ 711 3:4|srv/b/ 755")]
    [InlineData("/dangling", "made/ 755|made/here/ 755")]
    public void Missing_ones_become_a_layer_of_just_these(string path, string expected)
    {
        var layer = _store.Commit(target => Task.FromResult(WorkdirLayer.Find([_image], path, At)!.Write(target)));
        Show(layer).ShouldBe(expected.Split('|'));
        Read(layer)[^1].Entry.Modified.ShouldBe(BuildTime.Epoch);
    }

    [Theory]
    [InlineData("/file")]
    [InlineData("/file/x")]
    [InlineData("/loop/x")]
    [InlineData("/../x")]
    [InlineData("/a\0b")]
    public void What_can_be_no_directory_is_refused(string path) =>
        Should.Throw<UserErrorException>(() => WorkdirLayer.Find([_image], path, At)).Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR3163");
}
