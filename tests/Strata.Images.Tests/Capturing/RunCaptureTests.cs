using Strata.Images.Capturing;
using Strata.Sandbox;

namespace Strata.Images.Tests.Capturing;

[Collection("builds")]
public sealed class RunCaptureTests
{
    private const string Base = "631152000"; // 1990

    [Fact]
    public async Task What_a_step_changes_is_a_layer_with_one_time_for_all_it_made()
    {
        await using var room = await BuildRoom.SmallAsync();
        var layer = await room.BuildAsync("mkdir -m 700 /made && echo x > /made/file && ln -s file /made/link && chown 7:8 /made/file && rm /var/keep/sub/file && touch -d @1000000000 /made/old");
        LayerListing.Of(layer).ShouldBe(
        [
            "directory  755 0:0 315532800",
            "directory made 700 0:0 315532800",
            "file made/file 644 7:8 315532800",
            "symlink made/link 777 0:0 315532800",
            "file made/old 644 0:0 1000000000",
            $"directory var 755 0:0 {Base}",
            $"directory var/keep 755 0:0 {Base}",
            "directory var/keep/sub 755 0:0 315532800",
            "gone var/keep/sub/file 0 0:0 0",
        ]);
    }

    [Fact]
    public async Task A_step_that_changes_nothing_is_a_layer_with_just_a_root()
    {
        await using var room = await BuildRoom.SmallAsync();
        LayerListing.Of(await room.BuildAsync("true")).ShouldBe([$"directory  755 0:0 {Base}"]);
    }

    [Fact]
    public async Task A_change_of_the_root_itself_is_kept()
    {
        await using var room = await BuildRoom.SmallAsync();
        LayerListing.Of(await room.BuildAsync("chmod 711 /")).ShouldBe([$"directory  711 0:0 {Base}"]);
    }

    [Fact]
    public async Task What_the_rules_leave_out_stays_as_the_base_has_it()
    {
        await using var room = await BuildRoom.SmallAsync();
        var layer = await room.BuildAsync(
            "echo more >> /var/log/dpkg.log; echo x > /var/lib/dpkg/status-old; mkdir -p /run/some/thing /root/.npm/_logs; echo x > /run/some/thing/x; echo 1 > /etc/machine-id; date > /root/.npm/_logs/now");
        LayerListing.Of(layer).ShouldBe([$"directory  755 0:0 {Base}", "directory root 755 0:0 315532800", "directory root/.npm 755 0:0 315532800", "directory root/.npm/_logs 755 0:0 315532800"]);
        room.LeftOut.ShouldBe(["/etc/machine-id", "/root/.npm/_logs/now", "/run/some", "/var/lib/dpkg/status-old", "/var/log/dpkg.log"]);
    }

    [Fact]
    public async Task A_step_sees_its_variables_user_directory_and_nothing_of_a_workspace()
    {
        await using var room = await BuildRoom.SmallAsync();
        await room.BuildAsync(
            "env; id -u; id -g; pwd; hostname; test ! -e /workspace; test ! -e /run/secrets",
            r => r with { User = "builder", WorkingDirectory = "/etc", Environment = new Dictionary<string, string> { ["A"] = "b c" } });
        var lines = room.Output.Split('\n');
        lines.Where(l => l.Contains('=')).Select(l => l.Split('=')[0]).Where(n => n is not ("PWD" or "SHLVL")).Order()
            .ShouldBe(["A", "HOME", "PATH", "SOURCE_DATE_EPOCH"]);
        lines.ShouldContain("HOME=/home/builder");
        lines.ShouldContain("SOURCE_DATE_EPOCH=315532800");
        lines.SkipWhile(l => l.Contains('=')).ShouldBe(["1234", "55", "/etc", "build", ""]);
    }

    [Fact]
    public async Task What_a_step_left_running_is_ended_before_its_layer_is_taken()
    {
        await using var room = await BuildRoom.SmallAsync();
        var layer = await room.BuildAsync("echo 1 > /first; (while true; do echo x >> /second; done) & sleep 0.2");
        LayerListing.Of(layer).ShouldContain("file first 644 0:0 315532800");
    }

    [Fact]
    public async Task A_step_that_fails_stores_nothing()
    {
        await using var room = await BuildRoom.SmallAsync();
        (await room.RunAsync("echo no; exit 3")).ShouldBeOfType<CaptureOutcome.Failed>().Exec.ExitCode.ShouldBe(3);
        (await room.RunAsync("sleep 60", r => r with { Timeout = TimeSpan.FromMilliseconds(300) })).ShouldBeOfType<CaptureOutcome.Failed>().Exec.End.ShouldBe(ExecEnd.TimedOut);
        (await room.RunAsync("true", r => r with { WorkingDirectory = "/nowhere" })).ShouldBeOfType<CaptureOutcome.Failed>().Exec.StartError.ShouldNotBeNull();
        Directory.GetDirectories(Path.Combine(room.DataDirectory, "layers"), "*", SearchOption.AllDirectories)
            .Count(d => Path.GetFileName(d).StartsWith("sha256", StringComparison.Ordinal) || Path.GetFileName(d).Length == 64).ShouldBe(1);
    }

    [Fact]
    public async Task Cancelling_ends_the_step()
    {
        await using var room = await BuildRoom.SmallAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Should.ThrowAsync<OperationCanceledException>(() => room.RunAsync("sleep 60", cancellationToken: cancel.Token));
    }

    [Theory]
    [InlineData("STR3173", "fish", null)]
    [InlineData("STR3174", null, "nobody-here")]
    public async Task A_shell_or_user_that_is_not_there_is_refused(string code, string? shell, string? user)
    {
        await using var room = await BuildRoom.SmallAsync();
        var refused = (await room.RunAsync("true", r => r with { Step = BuildRoom.Step("true", shell), User = user })).ShouldBeOfType<CaptureOutcome.Refused>();
        refused.Diagnostic.Code.ShouldBe(code);
        refused.Diagnostic.At.ShouldNotBeNull().Line.ShouldBe(7);
    }

    [Fact]
    public async Task The_default_shell_can_be_named()
    {
        await using var room = await BuildRoom.SmallAsync();
        (await room.BuildAsync("echo 1 > /made", r => r with { Step = BuildRoom.Step("echo 1 > /made", "sh -e") })).Digest.ShouldBe((await room.BuildAsync("echo 1 > /made")).Digest);
        var failed = await room.RunAsync("", r => r with { Step = BuildRoom.Step("false; echo on", "sh -e") });
        (failed.ShouldBeOfType<CaptureOutcome.Failed>().Exec.ExitCode, room.Output).ShouldBe((1, ""));
    }

    [Fact]
    public async Task A_renamed_directory_of_the_base_is_the_same_as_a_copied_one()
    {
        await using var room = await BuildRoom.SmallAsync();
        var moved = await room.BuildAsync("mv /var/keep /var/moved");
        var copied = await room.BuildAsync("cp -a /var/keep /var/moved && rm -r /var/keep");
        LayerListing.Of(moved).ShouldBe(LayerListing.Of(copied));
        moved.Digest.ShouldBe(copied.Digest);
    }

    [Fact]
    public async Task Steps_stand_on_each_other()
    {
        await using var room = await BuildRoom.SmallAsync();
        await room.StandOnAsync(await room.BuildAsync("mkdir /a; echo 1 > /a/x; echo 2 > /a/y"));
        var layer = await room.BuildAsync("cat /a/x /a/y; rm /a/x; echo 3 > /a/z");
        room.Output.ShouldBe("1\n2\n");
        LayerListing.Of(layer).Where(l => l.Contains(" a")).ShouldBe(["directory a 755 0:0 315532800", "gone a/x 0 0:0 0", "file a/z 644 0:0 315532800"]);
    }
}
