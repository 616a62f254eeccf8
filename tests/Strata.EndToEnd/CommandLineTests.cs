using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>What the command line takes reaches the job; what it does not take is said before anything starts.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Files_of_secrets_variables_and_the_event_and_inputs_reach_a_job_without_its_needs()
    {
        _bench.Workflow("""
            on: { workflow_dispatch: { inputs: { level: { required: true } } }, pull_request: }
            jobs:
              first: { image: tiny, network: none, steps: [{ run: exit 1 }] }
              second:
                needs: first
                image: tiny
                network: none
                steps:
                  - run: test "$E ${{ inputs.level }} ${{ github.event_name }} ${{ github.event.action }}" = 'from a file high pull_request opened'
                  - run: test ${#S} = 12 && echo "<$S>"
                    env: { S: "${{ secrets.TOKEN }}" }
            """);
        _bench.Write("my.env", "# comment\nE = \"from a file\"\n");
        _bench.Write("my.secrets", "TOKEN=hunter2hunte\n");
        _bench.Write("event.json", """{"action": "opened"}""");

        var outcome = await _bench.RunAsync(
            "--job", "second", "--no-needs", "--env-file", "my.env", "--secret-file", "my.secrets", "--event", "pull_request=event.json", "--input", "level=high");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("<***>");
        (outcome.Stdout + outcome.Stderr).ShouldNotContain("hunter2");
        _bench.Report()["jobs"]!.AsArray().ShouldHaveSingleItem()!["name"]!.ToString().ShouldBe("second");
    }

    [Fact]
    public async Task The_schema_is_one_JSON_document()
    {
        var outcome = await _bench.StrataAsync("schema");
        outcome.ExitCode.ShouldBe(0, outcome.All);
        JsonNode.Parse(outcome.Stdout)!["$defs"]!["workflow"]!["properties"]!["jobs"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Help_is_a_command_too()
    {
        (await _bench.StrataAsync("help")).Stdout.ShouldBe((await _bench.StrataAsync("--help")).Stdout);
        (await _bench.StrataAsync("help", "image", "ls")).Stdout.ShouldBe((await _bench.StrataAsync("image", "ls", "--help")).Stdout);
        var unknown = await _bench.StrataAsync("help", "rnu");
        unknown.ExitCode.ShouldBe(2, unknown.All);
        unknown.Stderr.ShouldContain("Did you mean 'run'?");
    }

    [Theory]
    [InlineData("run --bogus", "'strata run' has no option '--bogus'")]
    [InlineData("run --jbo x", "Did you mean '--job'?")]
    [InlineData("validate --jsno=1 strata.yml", "Did you mean '--json'?")]
    [InlineData("rnu", "Did you mean 'run'?")]
    [InlineData("run -- --bogus", "'--bogus' does not exist")]
    public async Task A_mistyped_word_is_told_as_what_it_is(string arguments, string expected)
    {
        var outcome = await _bench.StrataAsync(arguments.Split(' '));
        outcome.ExitCode.ShouldBe(2, outcome.All);
        outcome.Stderr.ShouldContain(expected);
    }

    [Theory]
    [InlineData("--data", "/proc/x", "STR1923")]
    [InlineData("--data", "strata.yml", "STR1923")]
    [InlineData("--report", "missing/report.json", "STR1913")]
    [InlineData("--report", "/proc/report.json", "STR1913")]
    public async Task What_cannot_be_written_is_found_out_before_anything_starts(string option, string path, string code)
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: echo started }] } }");

        var outcome = await _bench.StrataAsync(["run", option, path, .. option == "--data" ? Array.Empty<string>() : ["--data", _bench.Data]]);

        outcome.ExitCode.ShouldBe(3, outcome.All);
        outcome.Stderr.ShouldStartWith($"error {code}:");
        outcome.All.ShouldNotContain("started");
    }

    [Theory]
    [InlineData("jobs: { a: {} }", "STR1103", "a")]
    [InlineData("jobs: { a: { steps: [{ run: x }] } }", "STR1501", "b")]
    public async Task A_refused_run_is_an_event_too(string yaml, string code, string job)
    {
        _bench.Workflow(yaml);

        var outcome = await _bench.RunAsync("--json", "--job", job);

        outcome.ExitCode.ShouldBe(2, outcome.All);
        var line = JsonNode.Parse(outcome.Stdout.Trim().Split('\n').ShouldHaveSingleItem())!;
        ((string?)line["type"]).ShouldBe("refused");
        ((string?)line["diagnostics"]!.AsArray().ShouldHaveSingleItem()!["code"]).ShouldBe(code);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("run")]
    public async Task What_is_not_executed_here_is_told_once(string command)
    {
        _bench.Workflow("jobs: { a: { services: { x: { image: y } }, steps: [{ run: x }] }, b: { services: { x: { image: y } }, steps: [{ run: x }] } }");

        var outcome = await _bench.StrataAsync(command, "--data", _bench.Data, "--job", "a");

        outcome.ExitCode.ShouldBe(2, outcome.All);
        outcome.Stderr.Split("STR1305").Length.ShouldBe(2, outcome.All);
    }

    /// <summary>Also one that nobody writes to: Ctrl-C ends the wait for it.</summary>
    [Fact]
    public async Task A_workflow_may_come_through_a_pipe()
    {
        _bench.Workflow("jobs: { a: { steps: [{ run: x }] } }");
        using var piped = Process.Start(new ProcessStartInfo("sh", ["-c", "mkfifo quiet && cat strata.yml | \"$0\" validate /dev/stdin", StrataProgram.Path]) { WorkingDirectory = _bench.Workspace })!;
        await piped.WaitForExitAsync();
        piped.ExitCode.ShouldBe(0);

        using var waiting = StrataProgram.Start(_bench.Workspace, "validate", "quiet");
        await Task.Delay(TimeSpan.FromSeconds(2)); // it waits, or has not come that far: the signal ends both
        using var interrupt = Process.Start("kill", ["-INT", $"{waiting.Id}"]);
        await waiting.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        waiting.ExitCode.ShouldNotBe(0);
    }
}
