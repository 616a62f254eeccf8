using Strata.Images.Capturing;
using Strata.Layers.Indexes;

namespace Strata.Images.Tests.Capturing;

[Collection("builds")]
public sealed class LayerComparisonTests
{
    [Fact]
    public async Task Every_way_in_which_two_layers_differ_is_named()
    {
        await using var room = await BuildRoom.SmallAsync();
        const string Same = "mkdir /a; echo 1 > /a/same; ";
        var first = await room.BuildAsync($"{Same} echo 1 > /a/content; echo 1 > /a/mode; echo 1 > /a/kind; ln -s x /a/link; echo 1 > /a/old; echo 1 > /a/only-1; touch -d @86400 /a/time; rm /etc/group");
        var second = await room.BuildAsync($"{Same} echo 22 > /a/content; echo 1 > /a/mode; chmod 600 /a/mode; chown 3:4 /a/mode; mkdir /a/kind; ln -s y /a/link; echo 1 > /a/old; echo 1 > /a/only-2; touch -d @172800 /a/time; echo > /etc/group");

        var found = LayerComparison.Between(LayerIndex.Open(first.IndexPath!), LayerIndex.Open(second.IndexPath!)).Select(d => $"{d.Path}: {d.How}").ToList();
        found[0].ShouldStartWith("/a/content: size 2 → 3, content ");
        found.Skip(1).ShouldBe(
        [
            "/a/kind: file → directory",
            "/a/link: target x → y",
            "/a/mode: mode 644 → 600, owner 0:0 → 3:4",
            "/a/only-1: only in the first (file)",
            "/a/only-2: only in the second (file)",
            "/a/time: time 1970-01-02 00:00:00.0000000 → 1970-01-03 00:00:00.0000000",
            "/etc: time 1980-01-01 00:00:00.0000000 → 1990-01-01 00:00:00.0000000",
            "/etc/group: removed → file",
        ]);
        LayerComparison.Between(LayerIndex.Open(first.IndexPath!), LayerIndex.Open(first.IndexPath!)).ShouldBeEmpty();
    }
}
