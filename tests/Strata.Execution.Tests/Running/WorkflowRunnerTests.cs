using Strata.Execution.Events;
using Strata.Execution.Reporting;
using Strata.Execution.Running;
using Strata.Execution.Tests.Fakes;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Running;

public sealed class WorkflowRunnerTests : IDisposable
{
    private readonly RunFixture _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_step_prints_and_succeeds()
    {
        var report = await _run.RunAsync(Make.Job("build", Make.Run("echo hello; pwd; echo $CI $GITHUB_JOB $STRATA_ORG $GITHUB_WORKSPACE")));

        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output[0].ShouldBe("hello");
        _run.Observer.Output[2].ShouldBe("true build local /workspace");
        report.Jobs[0].Steps[0].ExitCode.ShouldBe(0);
        report.Jobs[0].SandboxStartMs.ShouldBe(7);
        _run.Host.Started.ShouldHaveSingleItem().IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task Events_come_in_order()
    {
        await _run.RunAsync(Make.Job("build", Make.Run("echo a"), Make.Run("echo b", @if: "false")));

        _run.Observer.Events.Where(e => e is not LogLine { Step: -1 }).Select(e => e.GetType().Name).ShouldBe(
            ["RunStarted", "JobStarted", "StepStarted", "LogLine", "StepEnded", "StepEnded", "JobEnded", "RunEnded"]);
    }

    [Fact]
    public async Task A_failed_step_skips_the_rest_but_not_what_asks_to_run()
    {
        var report = await _run.RunAsync(Make.Job(
            "build",
            Make.Run("exit 3"),
            Make.Run("echo never"),
            Make.Run("echo always", @if: "always()"),
            Make.Run("echo failure", @if: "failure()"),
            Make.Run("echo cancelled", @if: "cancelled()")));

        report.Status.ShouldBe(RunStatus.Failure);
        _run.Observer.Output.ShouldBe(["always", "failure"]);
        report.Jobs[0].Steps.Select(s => s.Status).ShouldBe(
            [RunStatus.Failure, RunStatus.Skipped, RunStatus.Success, RunStatus.Success, RunStatus.Skipped]);
        report.Jobs[0].Steps[0].ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Continue_on_error_leaves_the_outcome_and_changes_the_conclusion()
    {
        var report = await _run.RunAsync(Make.Job(
            "build",
            Make.Run("exit 1", id: "bad", continueOnError: "true"),
            Make.Run("echo ${{ steps.bad.outcome }} ${{ steps.bad.conclusion }}")));

        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output.ShouldBe(["failure success"]);
    }

    [Fact]
    public async Task Outputs_reach_later_steps_and_jobs()
    {
        var report = await _run.RunAsync(
            Make.Job("a", Make.Run("echo v=1.2 >> $GITHUB_OUTPUT; printf 'm<<X\\nl1\\nl2\\nX\\n' >> $STRATA_OUTPUT", id: "set"),
                Make.Run("echo ${{ steps.set.outputs.v }}")).Output("version", "${{ steps.set.outputs.v }}").Output("multi", "${{ steps.set.outputs.m }}"),
            Make.Job("b", Make.Run("echo '${{ needs.a.outputs.version }}' '${{ needs.a.result }}' '${{ needs.a.outputs.multi }}'")).Needs("a"));

        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output.ShouldBe(["1.2", "1.2 success l1", "l2"]);
        report.Jobs[0].Steps[0].Outputs["v"].ShouldBe("1.2");
    }

    [Fact]
    public async Task Env_and_path_files_act_from_the_next_step_on()
    {
        var report = await _run.RunAsync(Make.Job(
            "a",
            Make.Run("echo A=1 >> $GITHUB_ENV; echo /opt/x >> $GITHUB_PATH; echo /opt/y >> $GITHUB_PATH; echo \"[$A]\""),
            Make.Run("echo $A ${{ env.A }}; echo $PATH | cut -d: -f1,2"),
            Make.Run("echo GITHUB_SHA=x >> $GITHUB_ENV"),
            Make.Run("echo $GITHUB_SHA | cut -c1-3")));

        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output.ShouldBe(["[]", "1 1", "/opt/y:/opt/x", "aaa"]);
        _run.Observer.Lines.ShouldContain(l => l.Kind == LogKind.Warning && l.Text.Contains("GITHUB_SHA"));
    }

    [Fact]
    public async Task The_later_env_wins()
    {
        var workflow = Make.Workflow(Make.Job(
            "a", Make.Run("echo $A $B $C $D", env: Make.Env(("A", "step"), ("D", "${{ env.B }}-step")))) with
        { Env = Make.Env(("A", "job"), ("B", "job"), ("C", "${{ env.X }}c")) }) with
        { Env = Make.Env(("A", "wf"), ("B", "wf"), ("X", "wf")) };
        await _run.RunAsync(_run.Request(workflow) with { Env = new Dictionary<string, string> { ["X"] = "cli" } });

        _run.Observer.Output.ShouldBe(["step job clic job-step"]);
    }

    [Fact]
    public async Task A_failed_need_skips_dependents_unless_they_ask()
    {
        var report = await _run.RunAsync(
            Make.Job("a", Make.Run("exit 1")),
            Make.Job("b", Make.Run("echo b")).Needs("a"),
            Make.Job("c", Make.Run("echo c ${{ needs.a.result }}")).Needs("a").When("always()"),
            Make.Job("d", Make.Run("echo d")).Needs("b").When("failure()"),
            Make.Job("e", Make.Run("echo e")));

        report.Status.ShouldBe(RunStatus.Failure);
        _run.Observer.Output.ShouldBe(["c failure", "d", "e"]);
        report.Jobs.Select(j => j.Status).ShouldBe(
            [RunStatus.Failure, RunStatus.Skipped, RunStatus.Success, RunStatus.Success, RunStatus.Success]);
        report.Jobs[1].Reason.ShouldBe("it needs 'a', whose result is failure");
    }

    [Fact]
    public async Task A_matrix_runs_each_combination_and_the_last_output_stays()
    {
        var report = await _run.RunAsync(
            Make.Job("m", Make.Run("echo v=${{ matrix.os }} >> $GITHUB_OUTPUT; echo ${{ matrix.os }} ${{ strategy.job-index }}/${{ strategy.job-total }}", id: "s"))
                .Matrix("os", ["x", "y"]).Output("v", "${{ steps.s.outputs.v }}"),
            Make.Job("n", Make.Run("echo ${{ needs.m.outputs.v }}")).Needs("m"));

        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output.ShouldBe(["x 0/2", "y 1/2", "y"]);
        report.Jobs.Select(j => j.Name).ShouldBe(["m (x)", "m (y)", "n"]);
        report.Jobs[0].Matrix!["os"]!.GetValue<string>().ShouldBe("x");
    }

    [Fact]
    public async Task Fail_fast_cancels_what_is_queued()
    {
        var report = await _run.RunAsync(
            Make.Job("m", Make.Run("test ${{ matrix.os }} != x")).Matrix("os", ["x", "y", "z"]),
            Make.Job("k", Make.Run("test ${{ matrix.os }} != x")).Matrix("os", ["x", "y"], failFast: "false"));

        report.Jobs.Select(j => j.Status).ShouldBe(
            [RunStatus.Failure, RunStatus.Cancelled, RunStatus.Cancelled, RunStatus.Failure, RunStatus.Success]);
        report.Jobs[1].Reason!.ShouldContain("fail-fast");
    }

    [Fact]
    public async Task Fail_fast_cancels_what_runs()
    {
        var jobs = Make.Job("m", Make.Run("if [ ${{ matrix.os }} = x ]; then sleep 0.3; exit 1; fi; sleep 60"), Make.Run("echo after"))
            .Matrix("os", ["x", "y"]);
        var report = await _run.RunAsync(_run.Request(Make.Workflow(jobs)) with { MaxParallel = 2 });

        report.Jobs.Select(j => j.Status).ShouldBe([RunStatus.Failure, RunStatus.Cancelled]);
        report.Jobs[1].Steps.Select(s => s.Status).ShouldBe([RunStatus.Cancelled, RunStatus.Skipped]);
        report.Status.ShouldBe(RunStatus.Failure);
    }

    [Fact]
    public async Task A_job_that_may_fail_leaves_the_run_green()
    {
        var report = await _run.RunAsync(
            Make.Job("a", Make.Run("exit 1")) with { ContinueOnError = Make.Located("true") },
            Make.Job("b", Make.Run("echo ${{ needs.a.result }}")).Needs("a"));

        report.Status.ShouldBe(RunStatus.Success);
        report.Jobs[0].Status.ShouldBe(RunStatus.Failure);
        _run.Observer.Output.ShouldBe(["success"]);
    }

    [Fact]
    public async Task Cancel_ends_the_step_and_lets_clean_up_run()
    {
        using var cancel = new CancellationTokenSource();
        using var run = new RunFixture
        {
            Observer = new() { Then = e => { if (e is LogLine { Text: "go" }) { cancel.Cancel(); } } },
        };
        var report = await run.RunAsync(
            run.Request(Make.Workflow(
                Make.Job("a", Make.Run("echo go; sleep 60"), Make.Run("echo no"), Make.Run("echo clean", @if: "always()"), Make.Run("echo c", @if: "cancelled()")),
                Make.Job("b", Make.Run("echo b")).When("always()"))),
            cancel.Token);

        report.Status.ShouldBe(RunStatus.Cancelled);
        run.Observer.Output.ShouldBe(["go", "clean", "c"]);
        report.Jobs.Select(j => j.Status).ShouldBe([RunStatus.Cancelled, RunStatus.Cancelled]);
        report.Jobs[0].Steps.Select(s => s.Status).ShouldBe([RunStatus.Cancelled, RunStatus.Skipped, RunStatus.Success, RunStatus.Success]);
    }

    [Fact]
    public async Task A_step_that_wants_to_run_after_a_cancel_is_not_ended_by_it()
    {
        using var cancel = new CancellationTokenSource();
        var flag = Path.GetTempFileName();
        File.Delete(flag);
        using var run = new RunFixture
        {
            Observer = new() { Then = e => { if (e is LogLine { Text: "go" }) { cancel.Cancel(); File.WriteAllText(flag, ""); } } },
        };
        var report = await run.RunAsync(
            run.Request(Make.Workflow(Make.Job("a", Make.Run($"echo go; while ! test -f {flag}; do sleep 0.02; done; rm {flag}; echo done", @if: "always()")))), cancel.Token);

        run.Observer.Output.ShouldBe(["go", "done"]);
        report.Status.ShouldBe(RunStatus.Cancelled);
    }

    [Fact]
    public async Task A_step_time_out_is_a_failure_and_a_job_time_out_a_cancel()
    {
        var report = await _run.RunAsync(
            Make.Job("a", Make.Run("exec sleep 60", id: "s", timeout: "0.005"), Make.Run("echo ${{ steps.s.outcome }}", @if: "always()")),
            Make.Job("b", Make.Run("exec sleep 60"), Make.Run("echo status ${{ job.status }}", @if: "always()")) with { TimeoutMinutes = Make.Located("0.005") });

        report.Jobs[0].Status.ShouldBe(RunStatus.Failure);
        report.Jobs[1].Status.ShouldBe(RunStatus.Cancelled);
        report.Jobs[1].Reason.ShouldBe("timeout");
        _run.Observer.Output.ShouldBe(["failure", "status cancelled"]);
        _run.Observer.Events.OfType<StepEnded>().First().Reason!.ShouldStartWith("timed out");
    }

    [Fact]
    public async Task Secrets_are_masked_everywhere_and_outputs_with_one_are_dropped()
    {
        var request = _run.Request(Make.Workflow(
            Make.Job("a",
                Make.Run("echo \"token=$T\"; echo ::warning::$T; echo \"out=$T\" >> $GITHUB_OUTPUT; echo \"see $T\" >> $GITHUB_STEP_SUMMARY", id: "s",
                    env: Make.Env(("T", "${{ secrets.TOKEN }}"))))
                .Output("leak", "${{ steps.s.outputs.out }}"),
            Make.Job("b", Make.Run("echo [${{ needs.a.outputs.leak }}]")).Needs("a"))) with
        { Secrets = new Dictionary<string, string> { ["TOKEN"] = "hunter22", ["PIN"] = "123" } };
        var report = await _run.RunAsync(request);

        report.Status.ShouldBe(RunStatus.Success);
        _run.Observer.Output.ShouldBe(["token=***", "[]"]);
        _run.Observer.Lines.ShouldContain(l => l.Kind == LogKind.Warning && l.Text == "***");
        _run.Observer.Lines.ShouldContain(l => l.Kind == LogKind.Warning && l.Text.Contains("'leak' is dropped"));
        _run.Observer.Diagnostics.ShouldHaveSingleItem().Code.ShouldBe("STR1601");
        foreach (var file in Directory.GetFiles(_run.Data, "*", SearchOption.AllDirectories))
        {
            File.ReadAllText(file).ShouldNotContain("hunter22");
        }

        File.ReadAllText(Directory.GetFiles(_run.Data, "summary.md", SearchOption.AllDirectories)[0]).ShouldBe("see ***\n");
    }

    [Fact]
    public async Task Parallel_jobs_give_the_same_report()
    {
        var jobs = new[] { Make.Job("a", Make.Run("echo a")), Make.Job("b", Make.Run("echo b")), Make.Job("c", Make.Run("echo c")).Needs("a", "b") };
        var report = await _run.RunAsync(_run.Request(Make.Workflow(jobs)) with { MaxParallel = 8 });

        report.Jobs.Select(j => (j.Id, j.Status)).ShouldBe([("a", RunStatus.Success), ("b", RunStatus.Success), ("c", RunStatus.Success)]);
        _run.Source.Captures.ShouldBe(1);
    }

    [Fact]
    public async Task Without_needs_a_selected_job_sees_success()
    {
        var workflow = Make.Workflow(
            Make.Job("a", Make.Run("echo a")).Output("x", "1"), Make.Job("b", Make.Run("echo ${{ needs.a.result }}[${{ needs.a.outputs.x }}]")).Needs("a"));
        await _run.RunAsync(_run.Request(workflow) with { Selection = new(["b"], WithNeeds: false, new Dictionary<string, string>()) });

        _run.Observer.Output.ShouldBe(["success[]"]);
    }

    [Fact]
    public async Task A_machine_that_refuses_is_told_apart_from_a_failed_job()
    {
        using var run = new RunFixture
        {
            Host = new() { Refuses = new(new Core.Diagnostics.Diagnostic("STR5001", Core.Diagnostics.Severity.Error, "no mounts", null, null)) },
        };

        (await Should.ThrowAsync<Core.Diagnostics.EnvironmentException>(() => run.RunAsync(Make.Job("a", Make.Run("true")))))
            .Diagnostic.Code.ShouldBe("STR5001");
        run.Observer.Ended.ShouldBe(["a:Failure"]);
    }

    [Fact]
    public async Task A_machine_that_refuses_after_a_cancel_is_part_of_the_cancel()
    {
        using var cancel = new CancellationTokenSource();
        using var run = new RunFixture
        {
            Host = new() { OnStart = cancel.Cancel, Refuses = new(new Core.Diagnostics.Diagnostic("STR5102", Core.Diagnostics.Severity.Error, "killed", null, null)) },
        };

        var report = await run.RunAsync(run.Request(Make.Workflow(Make.Job("a", Make.Run("true")))), cancel.Token);

        report.Status.ShouldBe(RunStatus.Cancelled);
        report.Jobs[0].Status.ShouldBe(RunStatus.Cancelled);
    }

    [Fact]
    public async Task The_reason_of_a_run_names_only_failures_that_count()
    {
        var report = await _run.RunAsync(
            Make.Job("may", Make.Run("exit 1")) with { ContinueOnError = Make.Located("true") },
            Make.Job("must", Make.Run("exit 1")));

        report.Reason.ShouldBe("job 'must' failed");
        report.Jobs.Select(j => j.ContinuedOnError).ShouldBe([true, false]);
    }

    [Fact]
    public async Task HashFiles_reads_the_workspace_when_the_step_starts()
    {
        await _run.RunAsync(Make.Job("a", Make.Run("printf x > f.lock"), Make.Run("echo ${{ hashFiles('*.lock') }}"), Make.Run("echo none${{ hashFiles('*.none') }}")));

        _run.Observer.Output.ShouldBe([Core.Digest.Of("x"u8).Hex, "none"]);
    }

    [Fact]
    public async Task A_missing_program_is_named_with_what_to_do()
    {
        var report = await _run.RunAsync(Make.Job("a", Make.Run("frobnicate --now")));

        report.Jobs[0].Steps[0].ExitCode.ShouldBe(127);
        var reason = _run.Observer.Events.OfType<StepEnded>().Single().Reason!;
        reason.ShouldContain("'frobnicate' is not in the image 'default'");
        reason.ShouldContain("packages: [frobnicate]");
        reason.ShouldContain("curl, git");
    }

    [Fact]
    public async Task Shell_on_failure_opens_a_shell_like_the_failed_step()
    {
        var request = _run.Request(Make.Workflow(Make.Job("a", Make.Run("exit 1", env: Make.Env(("A", "1"))), Make.Run("exit 2", @if: "always()"))));
        await _run.RunAsync(request with { ShellOnFailure = true });

        var shell = _run.Host.Started[0].Execs.Where(e => e.Interactive).ShouldHaveSingleItem();
        shell.Arguments.ShouldBe(["bash"]);
        shell.Environment["A"].ShouldBe("1");
    }

    [Fact]
    public async Task Checkout_says_that_the_source_is_there()
    {
        File.WriteAllText(Path.Combine(_run.Workspace, "f"), "content\n");
        var checkout = Make.Uses(new StepAction.BuiltIn("checkout", [], Make.At), id: "co");
        await _run.RunAsync(Make.Job("a", checkout, Make.Run("cat f; echo ${{ steps.co.outputs.ref }}")));

        _run.Observer.Output.ShouldBe(["The source is already in /workspace: nothing to check out.", "content", "refs/heads/main"]);
    }
}
