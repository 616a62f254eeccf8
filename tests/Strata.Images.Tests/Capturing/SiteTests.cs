namespace Strata.Images.Tests.Capturing;

[Collection("builds")]
public sealed class SiteTests
{
    private const string Bundle = "/etc/ssl/certs/ca-certificates.crt";

    [Fact]
    public async Task An_image_without_certificates_has_the_hosts_while_a_step_runs_and_not_in_its_layer()
    {
        await using var room = await BuildRoom.SmallAsync();
        var layer = await room.BuildAsync($"grep -q CERTIFICATE {Bundle}", r => r with { Site = true });
        LayerListing.Of(layer).ShouldHaveSingleItem().ShouldStartWith("directory ");
        room.LeftOut.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_package_replaces_the_hosts_certificates()
    {
        await using var room = await BuildRoom.SmallAsync();
        var layer = await room.BuildAsync($"echo own > {Bundle}.new && mv -f {Bundle}.new {Bundle}", r => r with { Site = true });
        LayerListing.Of(layer).ShouldContain("file etc/ssl/certs/ca-certificates.crt 644 0:0 315532800");
    }
}
