using Strata.Images.Capturing;

namespace Strata.Images.Tests.Capturing;

[Collection("builds")]
public sealed class SecretStepTests
{
    private const string Value = "s3cr3t-value/of+many=letters";

    private static readonly Dictionary<string, string> Secrets = new() { ["TOKEN"] = Value };

    [Fact]
    public async Task A_secret_is_a_file_in_memory_while_the_step_runs_and_leaves_no_trace()
    {
        await using var room = await BuildRoom.SmallAsync();
        var layer = await room.BuildAsync(
            "cat /run/secrets/TOKEN; echo; stat -c '%a %u %n' /run/secrets/TOKEN; grep ' /run/secrets ' /proc/mounts; ! touch /run/secrets/x 2>/dev/null; echo done > /made",
            r => r with { Secrets = Secrets });
        var lines = room.Output.Split('\n');
        lines[0].ShouldBe(Value);
        lines[1].ShouldBe("400 0 /run/secrets/TOKEN");
        lines[2].ShouldStartWith("ramfs /run/secrets ramfs ro");
        LayerListing.Of(layer).ShouldAllBe(l => !l.Contains("run"));
        room.LeftOut.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_user_of_the_step_may_read_its_secrets_and_no_one_else()
    {
        await using var room = await BuildRoom.SmallAsync();
        await room.BuildAsync("cat /run/secrets/TOKEN", r => r with { Secrets = Secrets, User = "builder" });
        room.Output.ShouldBe(Value);
        (await room.RunAsync("cat /run/secrets/TOKEN", r => r with { User = "builder" })).ShouldBeOfType<CaptureOutcome.Failed>();
    }

    [Theory]
    [InlineData("cp /run/secrets/TOKEN /copy", "/copy, line 1")]
    [InlineData("{ seq 300000; cat /run/secrets/TOKEN; } > /big", "/big, line 300001")]
    [InlineData("base64 /run/secrets/TOKEN > /etc/hidden", "/etc/hidden, line 1")]
    [InlineData("{ printf abc; cat /run/secrets/TOKEN; } | base64 > /etc/hidden", "/etc/hidden, line 1")]
    [InlineData("ln -s \"$(cat /run/secrets/TOKEN)\" /link", "the target of the link /link")]
    public async Task A_layer_with_a_secrets_value_is_refused_with_the_place(string command, string place)
    {
        await using var room = await BuildRoom.SmallAsync();
        var refused = (await room.RunAsync(command, r => r with { Secrets = Secrets })).ShouldBeOfType<CaptureOutcome.Refused>(room.Output);
        refused.Diagnostic.Code.ShouldBe("STR3170");
        refused.Diagnostic.Message.ShouldContain("'TOKEN'");
        refused.Diagnostic.Message.ShouldContain(place);
        refused.Diagnostic.ToString().ShouldNotContain(Value);
    }

    [Fact]
    public async Task A_credential_file_is_refused_without_any_secret()
    {
        await using var room = await BuildRoom.SmallAsync();
        var refused = (await room.RunAsync("echo '//registry.npmjs.org/:_authToken=npm_abc' > /root/.npmrc")).ShouldBeOfType<CaptureOutcome.Refused>();
        refused.Diagnostic.Code.ShouldBe("STR3171");
        refused.Diagnostic.Message.ShouldContain("/root/.npmrc, line 1");
    }

    [Fact]
    public async Task A_short_secret_is_warned_of_and_not_looked_for()
    {
        await using var room = await BuildRoom.SmallAsync();
        var stored = (await room.RunAsync("cp /run/secrets/PIN /pin", r => r with { Secrets = new Dictionary<string, string> { ["PIN"] = "1234567" } }))
            .ShouldBeOfType<CaptureOutcome.Stored>();
        stored.Commit.Dispose();
        stored.Warnings.ShouldHaveSingleItem().Code.ShouldBe("STR3172");
    }
}
