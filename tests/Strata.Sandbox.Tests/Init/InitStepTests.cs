using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Hosting;
using Strata.Sandbox.Init;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Tests.Jobs;

namespace Strata.Sandbox.Tests.Init;

/// <summary>Process 1 itself, outside of any sandbox: what it does with a request.</summary>
public sealed class InitStepTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-init-").FullName;
    private SafeFileHandle _life = null!;
    private ChildProcess _init = null!;

    public async Task InitializeAsync()
    {
        var program = $"{_directory}/init";
        File.WriteAllBytes(program, JobInit.BuildElf(RuntimeInformation.ProcessArchitecture));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (ours, theirs) = SocketCalls.CreatePair();
        _life = ours;
        using var ready = Pipe.ForReading();
        _init = ChildProcess.Start(new() { FileName = program, Arguments = [], Descriptors = new Dictionary<int, SafeFileHandle> { [0] = theirs, [1] = ready.Writer } });
        theirs.Dispose();
        ready.Writer.Dispose();
        (await Pipe.ReadAsync(ready.Reader, new byte[1], CancellationToken.None)).ShouldBe(1);
    }

    public async Task DisposeAsync()
    {
        _life.Dispose();
        (await _init.Exit).ShouldBe(0, "it ends with the other side of its socket");
        _init.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_command_gets_its_directory_arguments_and_environment_and_nothing_else()
    {
        var (step, output) = await RunAsync(new()
        {
            Arguments = ["sh", "-c", "pwd; echo \"$1|$ONE|$EMPTY|\"; env | wc -l; ls /proc/self/fd | tr '\\n' ' '; umask", "name", "wörld"],
            Environment = new Dictionary<string, string> { ["PATH"] = "/nowhere::/usr/bin:/bin", ["ONE"] = "1 = ü", ["EMPTY"] = "" },
            WorkingDirectory = _directory,
        });

        (await step.Exit).ShouldBe(0);
        step.StartError.ShouldBeNull();
        var lines = output.Split('\n');
        lines[0].ShouldBe(_directory);
        lines[1].ShouldBe("wörld|1 = ü||");
        lines[3].ShouldStartWith("0 1 2 3 "); // 3: ls reads its own directory
        lines[3].ShouldNotContain("4 ");
    }

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public async Task Its_end_is_told_as_a_shell_tells_it(string script, int code) =>
        (await (await RunAsync(Shell(script))).Step.Exit).ShouldBe(code);

    [Theory]
    [InlineData("no-such-program", "No such file or directory")]
    [InlineData("/etc/passwd", "Permission denied")]
    [InlineData("/etc/passwd/x", "No such file or directory")]
    public async Task What_cannot_be_started_has_a_reason(string program, string reason)
    {
        var (step, output) = await RunAsync(Shell("") with { Arguments = [program] });

        (await step.Exit).ShouldNotBe(0);
        step.StartError.ShouldBe($"{program}: {reason}");
        output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Commands_run_at_the_same_time_and_orphans_are_reaped()
    {
        var steps = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RunAsync(Shell($"(sleep 0.01 &) ; exit {i}"))));

        for (var i = 0; i < steps.Length; i++)
        {
            (await steps[i].Step.Exit).ShouldBe(i);
        }
    }

    [Fact]
    public async Task After_its_end_a_request_is_answered_with_a_reason()
    {
        _init.Kill();
        await _init.Exit;

        var (step, _) = await RunAsync(Shell("true"));

        (await step.Exit).ShouldBe(137);
        step.StartError.ShouldNotBeNull();
        await InitializeAsync();
    }

    private static ExecSpec Shell(string script) => new()
    {
        Arguments = ["sh", "-c", script],
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        WorkingDirectory = "/",
    };

    private async Task<(InitStep Step, string Output)> RunAsync(ExecSpec spec)
    {
        using var pipe = Pipe.ForReading();
        var step = await InitStep.StartAsync(_life, spec, pipe.Writer);
        pipe.Writer.Dispose();
        var output = new Collected();
        await OutputCopy.RunAsync(pipe.Reader, output, CancellationToken.None);
        return (step, output.ToString());
    }
}
