using Strata.Images.Capturing;
using Strata.Layers.Indexes;
using Strata.Layers.Store;

namespace Strata.Images.Tests.Capturing;

[Collection("builds")]
public sealed class DeterminismTests
{
    [Theory]
    [InlineData("mkdir -p /opt/a/b; cp -r /etc /opt/a/etc; ln -s b /opt/a/c; ln /opt/a/etc/passwd /opt/a/hard; chmod 4750 /opt/a/etc/group")]
    [InlineData("adduser --system --group --home /srv/service service; adduser --disabled-password --gecos '' person; echo ok > /home/person/file; chown person /home/person/file")]
    [InlineData("apt-get update && apt-get install -y --no-install-recommends make")]
    [InlineData("apt-get update && apt-get install -y --no-install-recommends python3-minimal adduser && mkdir /opt/tool && echo x=1 > /opt/tool/tool.py && cd /opt/tool && python3 -c 'import tool' && rm -rf /var/lib/apt/lists/*")]
    public async Task Two_empty_stores_give_the_same_layer(string command)
    {
        await using var first = await BuildRoom.DebianAsync();
        var one = await BuildAsync(first, command);
        await using var second = await BuildRoom.DebianAsync();
        var two = await BuildAsync(second, command);
        LayerComparison.Between(LayerIndex.Open(one.IndexPath!), LayerIndex.Open(two.IndexPath!)).ShouldBeEmpty();
        two.Digest.ShouldBe(one.Digest);
        second.LeftOut.ShouldBe(first.LeftOut);
    }

    private static Task<LayerLease> BuildAsync(BuildRoom room, string command) => room.BuildAsync(
        command,
        r => r with
        {
            Step = BuildRoom.Step(command, network: command.Contains("apt-get")),
            Site = true,
            Environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" },
        });
}
