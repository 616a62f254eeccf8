using Strata.Core.Diagnostics;
using Strata.Execution.Events;
using Strata.Execution.Reporting;
using Strata.Execution.Tests.Fakes;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Running;

public sealed class StepBehaviourTests : IDisposable
{
    private readonly RunFixture _run = new();

    public void Dispose() => _run.Dispose();

    private async Task<(JobReport Job, string Reason)> RunAsync(params Step[] steps)
    {
        var report = await _run.RunAsync(Make.Job("a", steps));
        return (report.Jobs[0], _run.Observer.Events.OfType<StepEnded>().First().Reason ?? "");
    }

    [Fact]
    public async Task A_value_without_its_end_fails_the_step()
    {
        var (job, reason) = await RunAsync(Make.Run("printf 'A<<EOF\\nx\\n' >> $GITHUB_OUTPUT"));
        job.Status.ShouldBe(RunStatus.Failure);
        reason.ShouldBe("GITHUB_OUTPUT: the value of 'A' has no end: a line with only 'EOF' is missing.");
    }

    [Fact]
    public async Task NODE_OPTIONS_cannot_be_set_for_later_steps()
    {
        var (job, reason) = await RunAsync(Make.Run("echo NODE_OPTIONS=--require=/x >> $GITHUB_ENV"));
        job.Status.ShouldBe(RunStatus.Failure);
        reason.ShouldContain("NODE_OPTIONS");
    }

    [Fact]
    public async Task A_step_file_that_became_a_link_is_not_followed_to_the_host()
    {
        // The sandbox's OpenFile decides; what matters here is that a file which is gone does no harm.
        var (job, _) = await RunAsync(Make.Run("rm -f $GITHUB_OUTPUT $GITHUB_ENV; mkdir $GITHUB_ENV"));
        job.Status.ShouldBe(RunStatus.Success);
    }

    [Fact]
    public async Task A_summary_over_its_limit_is_left_out_with_a_warning()
    {
        var (job, _) = await RunAsync(Make.Run("head -c 1100000 /dev/zero | tr '\\0' x > $GITHUB_STEP_SUMMARY"), Make.Run("echo small > $GITHUB_STEP_SUMMARY"));
        job.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Lines.ShouldContain(l => l.Kind == LogKind.Warning && l.Text.Contains("1 MiB"));
        File.ReadAllText(Directory.GetFiles(_run.Data, "summary.md", SearchOption.AllDirectories)[0]).ShouldBe("small\n");
    }

    [Fact]
    public async Task Outputs_of_a_job_over_a_mebibyte_fail_it()
    {
        var step = Make.Run("{ printf 'v='; head -c 1100000 /dev/zero | tr '\\0' x; echo; } >> $GITHUB_OUTPUT", id: "s");
        var report = await _run.RunAsync(Make.Job("a", step).Output("v", "${{ steps.s.outputs.v }}"));
        report.Jobs[0].Status.ShouldBe(RunStatus.Failure);
        report.Jobs[0].Reason!.ShouldContain("1 MiB");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("exit 3")]
    public async Task Outputs_over_the_limit_reach_nobody_however_their_job_ended(string end)
    {
        var step = Make.Run("{ printf 'v='; head -c 1100000 /dev/zero | tr '\\0' x; echo; } >> $GITHUB_OUTPUT", id: "s");
        var report = await _run.RunAsync(
            Make.Job("a", step, Make.Run(end)).Output("v", "${{ steps.s.outputs.v }}").Output("small", "1"),
            Make.Job("b", Make.Run("echo \"[${{ needs.a.outputs.v }}${{ needs.a.outputs.small }}]\"")).Needs("a").When("always()"));

        report.Jobs[0].Status.ShouldBe(RunStatus.Failure);
        report.Jobs[0].Reason!.ShouldContain("1 MiB");
        _run.Observer.Output.ShouldBe(["[]"]);
    }

    [Fact]
    public async Task A_secret_as_the_name_of_an_output_is_in_no_report()
    {
        var request = _run.Request(Make.Workflow(Make.Job("a", Make.Run("echo \"$T=1\" >> $GITHUB_OUTPUT; echo \"::error $T=x::bad\"", env: Make.Env(("T", "${{ secrets.T }}"))))));

        var report = await _run.RunAsync(request with { Secrets = new Dictionary<string, string> { ["T"] = "very-secret-name" } });

        report.Jobs[0].Steps[0].Outputs.ShouldBe(new Dictionary<string, string> { ["***"] = "1" });
        _run.Observer.Lines.Single(l => l.Kind == LogKind.Error).Properties!.Keys.ShouldBe(["***"]);
        foreach (var file in Directory.GetFiles(_run.Data, "*", SearchOption.AllDirectories))
        {
            File.ReadAllText(file).ShouldNotContain("very-secret-name", Case.Insensitive, file);
        }
    }

    [Fact]
    public async Task The_report_says_why_a_step_failed_whose_command_did_not_and_which_failures_count()
    {
        var (job, _) = await RunAsync(
            Make.Run("exit 4", continueOnError: "true"), Make.Run("echo '::set-env name=A::b'"), Make.Run("true", @if: "false"));

        job.Steps.Select(s => (s.Status, s.ExitCode, s.ContinuedOnError)).ShouldBe(
            [(RunStatus.Failure, 4, true), (RunStatus.Failure, 0, false), (RunStatus.Skipped, null, false)]);
        job.Steps[0].Reason.ShouldBe("exit code 4");
        job.Steps[1].Reason!.ShouldStartWith("'::set-env::' is disabled");
        job.Steps[2].Reason.ShouldBeNull();
        job.Reason!.ShouldContain("failed: '::set-env::' is disabled");
    }

    [Fact]
    public async Task A_step_that_the_time_out_of_its_job_ends_says_so()
    {
        var report = await _run.RunAsync(Make.Job("a", Make.Run("sleep 60")) with { TimeoutMinutes = Make.Located("0.01") });

        report.Jobs[0].Reason.ShouldBe("timeout");
        report.Jobs[0].Steps[0].Reason.ShouldBe("the job's time-out of 0.01 min is over (timeout-minutes)");
    }

    [Fact]
    public async Task A_program_that_is_not_found_in_a_PATH_of_the_workflow_is_not_said_to_be_missing_in_the_image()
    {
        var (job, reason) = await RunAsync(
            Make.Run("echo 'sh: 1: ls: not found'; exit 127", shell: "/bin/sh {0}", env: Make.Env(("PATH", "/opt"))),
            Make.Run("echo 'sh: 1: ls: not found'; exit 127", shell: "/bin/sh {0}", @if: "always()", env: Make.Env(("PATH", "/opt:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))));

        reason.ShouldStartWith("exit code 127: 'ls' is not in the directories of PATH, which the workflow sets to '/opt'.");
        job.Steps[1].Reason!.ShouldStartWith("exit code 127: 'ls' is not in the image");
    }

    [Fact]
    public async Task A_job_that_cannot_have_its_network_fails_alone_and_before_its_image_is_looked_for()
    {
        using var run = new RunFixture { Host = new() { NetworkProblem = new("STR5304", Severity.Error, "No network here.", null, null) } };

        var report = await run.RunAsync(Make.Job("a", Make.Run("true")), Make.Job("b", Make.Run("echo on")) with { Network = false });

        report.Jobs.Select(j => j.Status).ShouldBe([RunStatus.Failure, RunStatus.Success]);
        report.Jobs[0].Reason!.ShouldContain("STR5304");
        run.Images.Asked.Count.ShouldBe(1);
        run.Observer.Output.ShouldBe(["on"]);
    }

    [Theory]
    [InlineData("false | true; echo on", null, "on")]
    [InlineData("false | true; echo on", "bash", null)]
    [InlineData("set +e; false; echo on", "sh", "on")]
    [InlineData("print('hi')", "python3 {0}", "hi")]
    [InlineData("echo {1}", "cat {0}", "echo {1}")]
    public async Task Shells(string script, string? shell, string? output)
    {
        await RunAsync(Make.Run(script, shell: shell));
        _run.Observer.Output.ShouldBe(output is null ? [] : [output]);
    }

    [Fact]
    public async Task Defaults_of_the_job_come_before_those_of_the_workflow()
    {
        Directory.CreateDirectory(Path.Combine(_run.Workspace, "sub"));
        var job = Make.Job("a", Make.Run("pwd | sed 's|.*/||'"), Make.Run("pwd | sed 's|.*/||'", directory: ".")) with
        {
            Defaults = new(null, Make.Located("sub")),
        };
        var report = await _run.RunAsync(_run.Request(Make.Workflow(job) with { Defaults = new(Make.Located("sh"), Make.Located("other")) }));
        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output.ShouldBe(["sub", "workspace"]);
        _run.Host.Started[0].Execs[^1].Arguments[0].ShouldBe("sh");
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_named()
    {
        var (job, reason) = await RunAsync(Make.Run("true", directory: "gone"));
        job.Status.ShouldBe(RunStatus.Failure);
        reason.ShouldContain("/workspace/gone");
    }

    [Fact]
    public async Task Too_little_memory_is_explained()
    {
        using var run = new RunFixture { Host = new() { OutOfMemory = true } };
        await run.RunAsync(Make.Job("a", Make.Run("exit 137")) with { Resources = new(null, new(64 << 20), null, null) });
        run.Observer.Events.OfType<StepEnded>().Single().Reason!.ShouldContain("resources: {memory");
    }

    [Fact]
    public async Task A_full_disk_is_explained()
    {
        var (_, reason) = await RunAsync(Make.Run("echo 'cp: x: No space left on device'; exit 1"));
        reason.ShouldContain("disk is full");
    }

    [Fact]
    public async Task Contexts_and_variables_say_the_same()
    {
        await RunAsync(
            Make.Run("echo ${{ github.ref_name }} ${{ github.sha == env.SHA }} ${{ strata.trust }} ${{ runner.os }} ${{ github.actor }}", env: Make.Env(("SHA", new string('a', 40)))),
            Make.Run("echo $GITHUB_REF_NAME $STRATA_REPOSITORY $RUNNER_OS $GITHUB_RUN_NUMBER $GITHUB_RUN_ATTEMPT $HOME $GITHUB_ACTIONS"),
            Make.Run("cat $GITHUB_EVENT_PATH; echo; ls -d $RUNNER_TEMP > /dev/null && echo temp; test -w $GITHUB_STATE && echo state"),
            Make.Run("echo $GITHUB_REPOSITORY_OWNER [$GITHUB_TOKEN] $GITHUB_EVENT", env: Make.Env(("GITHUB_REPOSITORY_OWNER", "evil"))));
        _run.Observer.Output.ShouldBe(
            ["main true protected Linux me", "main local/demo Linux 1 1 /root true", "{}", "temp", "state", "local []"]);
    }

    [Fact]
    public async Task An_expression_that_fails_fails_its_step_and_says_why()
    {
        var (job, reason) = await RunAsync(Make.Run("echo ${{ fromJSON('{') }}"), Make.Run("echo x", @if: "fromJSON('{')"), Make.Run("echo on", @if: "always()"));
        job.Status.ShouldBe(RunStatus.Failure);
        reason.ShouldContain("cannot be evaluated");
        _run.Observer.Output.ShouldBe(["on"]);
    }

    [Fact]
    public async Task Logs_are_on_disk_by_step_without_commands()
    {
        await RunAsync(Make.Run("echo one; echo ::warning::two", name: "First / step"), Make.Run("echo three"));
        var logs = Directory.GetFiles(_run.Data, "*.log", SearchOption.AllDirectories).Order().ToList();
        logs.Select(Path.GetFileName).ShouldBe(["01-First-step.log", "02-Run-echo-three.log"]);
        File.ReadAllText(logs[0]).ShouldBe("one\n##[warning]two\n");
    }

    [Fact]
    public async Task Needs_outputs_can_make_a_matrix()
    {
        var list = new TemplateTree.Leaf(Make.Text("${{ fromJSON(needs.a.outputs.list) }}"), null, Make.At);
        var dynamic = Make.Job("b", Make.Run("echo ${{ matrix.v }}")).Needs("a") with
        {
            Strategy = new() { At = Make.At, Matrix = new TemplateTree.Mapping([new("v", list)], Make.At), FailFast = null, MaxParallel = null },
        };
        var report = await _run.RunAsync(
            Make.Job("a", Make.Run("echo 'list=[1,2]' >> $GITHUB_OUTPUT", id: "s")).Output("list", "${{ steps.s.outputs.list }}"), dynamic);
        report.Jobs.Select(j => j.Name).ShouldBe(["a", "b (1)", "b (2)"]);
        _run.Observer.Output.ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_matrix_that_is_no_matrix_fails_its_job()
    {
        var bad = new TemplateTree.Mapping([new("v", new TemplateTree.Leaf(Make.Text("${{ needs.a.outputs.none }}"), null, Make.At))], Make.At);
        var report = await _run.RunAsync(
            Make.Job("a", Make.Run("true")),
            Make.Job("b", Make.Run("true")).Needs("a") with { Strategy = new() { At = Make.At, Matrix = bad, FailFast = null, MaxParallel = null } });
        report.Jobs[1].Status.ShouldBe(RunStatus.Failure);
        report.Jobs[1].Reason!.ShouldContain("matrix");
    }
}
