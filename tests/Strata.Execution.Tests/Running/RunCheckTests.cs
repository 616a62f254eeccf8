using Strata.Core.Diagnostics;
using Strata.Execution.Running;
using Strata.Execution.Tests.Fakes;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Running;

public sealed class RunCheckTests : IDisposable
{
    private readonly RunFixture _run = new();

    public void Dispose() => _run.Dispose();

    private string Codes(RunRequest request) => string.Join(" ", _run.Runner.Check(request).Select(d => d.Code));

    private string Codes(params Job[] jobs) => Codes(_run.Request(Make.Workflow(jobs)));

    private static ImageDefinition Definition(string name, BaseReference from, params ImageStep[] steps) => new()
    {
        Name = name, At = Make.At, From = new(from, Make.At), Packages = [], Env = Make.Env(("E", "1")), User = null, WorkingDirectory = null,
        Network = true, Args = [], Resources = Resources.Unlimited, MaxAge = null, Steps = steps,
    };

    private static ImageChoice.Named Named(string reference) => new ImageChoice.Named(Make.Text(reference), Make.At);

    [Fact]
    public void A_plain_workflow_has_nothing_to_refuse() => Codes(Make.Job("a", Make.Run("true"))).ShouldBe("");

    [Fact]
    public void Inputs_are_suggested_only_for_a_step_that_has_some()
    {
        var hermetic = Make.Uses(new StepAction.Run(Make.Located("x"), null, null, new StepCache([], [], [], [], false, false, Make.At)));
        var request = _run.Request(Make.Workflow(Make.Job("a", hermetic, Make.Run("y"))));

        Codes(request with { SuggestInputs = "Run x" }).ShouldBe("");
        Codes(request with { SuggestInputs = "Run y" }).ShouldBe("STR1605");
    }

    [Fact]
    public void Only_selected_jobs_count()
    {
        var bad = Make.Job("bad", Make.Run("x")) with
        {
            Unsupported = [new(new Diagnostic("STR1999", Severity.Warning, "services", Make.At, null))],
        };
        var request = _run.Request(Make.Workflow(bad, Make.Job("good", Make.Run("x")), Make.Job("after", Make.Run("x")).Needs("bad")));
        Codes(request).ShouldBe("STR1999");
        _run.Runner.Check(request)[0].Severity.ShouldBe(Severity.Error);
        Codes(request with { Selection = new(["good"], true, new Dictionary<string, string>()) }).ShouldBe("");
        Codes(request with { Selection = new(["after"], true, new Dictionary<string, string>()) }).ShouldBe("STR1999");
        Codes(request with { Selection = new(["after"], false, new Dictionary<string, string>()) }).ShouldBe("");
    }

    [Theory]
    [InlineData("r: { image: b, if: false, services: { x: { image: y } }, steps: [run: x] }", "")]
    [InlineData("r: { image: b, if: true, services: { x: { image: y } }, steps: [run: x] }", "STR1305")]
    [InlineData("r: { if: failure(), services: { x: { image: y } }, steps: [run: x] }", "")]
    [InlineData("r: { if: \"vars.HERE != ''\", services: { x: { image: y } }, steps: [run: x] }", "")]
    [InlineData("r: { if: \"vars.SET != ''\", services: { x: { image: y } }, steps: [run: x] }", "STR1305")]
    [InlineData("a: { steps: [run: x] }\n  r: { needs: a, if: needs.a.outputs.x, services: { x: { image: y } }, steps: [run: x] }", "STR1305")]
    [InlineData("a: { steps: [run: x] }\n  r: { needs: a, if: failure(), services: { x: { image: y } }, steps: [run: x] }", "STR1305")]
    [InlineData("a: { if: false, steps: [run: x] }\n  r: { needs: a, services: { x: { image: y } }, steps: [run: x] }", "")]
    [InlineData("a: { if: false, steps: [run: x] }\n  r: { needs: a, if: always(), services: { x: { image: y } }, steps: [run: x] }", "STR1305")]
    [InlineData("a: { if: false, artifacts: [{ name: o, path: o }], steps: [run: x] }\n  b: { artifacts-from: { o: i }, steps: [run: x] }\n  r: { needs: b, if: failure(), services: { x: { image: y } }, steps: [run: x] }", "STR1305")]
    [InlineData("r: { steps: [{ run: x, shell: pwsh, if: false }] }", "")]
    [InlineData("r: { steps: [{ run: x, shell: pwsh, if: runner.os == 'Windows' }] }", "")]
    [InlineData("r: { steps: [{ run: x, shell: pwsh, if: env.X == 'Windows' }] }", "STR1308")]
    [InlineData("r: { steps: [{ run: x, shell: pwsh, if: \"always() && runner.os == 'Windows'\" }] }", "")]
    [InlineData("r: { steps: [{ run: x, shell: pwsh, if: \"hashFiles('x') != ''\" }] }", "STR1308")]
    [InlineData("r: { strategy: { matrix: { os: [a, b] } }, steps: [{ run: x, shell: pwsh, if: matrix.os == 'c' }] }", "")]
    [InlineData("r: { strategy: { matrix: { os: [a, b] } }, steps: [{ run: x, shell: pwsh, if: matrix.os == 'b' }] }", "STR1308")]
    [InlineData("r: { defaults: { run: { shell: pwsh } }, steps: [{ run: x, if: false }, { run: y, shell: bash }] }", "")]
    [InlineData("r: { defaults: { run: { shell: pwsh } }, steps: [{ run: x, if: false }, { run: y }] }", "STR1308")]
    [InlineData("r: { if: false, image: 'rootfs:../x.tar', steps: [run: x] }", "")]
    public void What_cannot_run_is_not_refused(string jobs, string expected)
    {
        var (workflow, diagnostics) = Workflows.Parsing.WorkflowParser.Parse("ci.yml", System.Text.Encoding.UTF8.GetBytes($"jobs:\n  {jobs}\n"));
        workflow.ShouldNotBeNull(string.Join("\n", diagnostics));
        Codes(_run.Request(workflow) with { Vars = new Dictionary<string, string> { ["SET"] = "1" } }).ShouldBe(expected);
    }

    /// <summary>The page of STR1309 gives the condition: it must be false here, and known to be before anything runs.</summary>
    [Fact]
    public void A_job_kept_for_GitHub_as_advised_is_no_obstacle()
    {
        var (plain, warnings) = Workflows.Parsing.WorkflowParser.Parse("ci.yml", "jobs: { w: { runs-on: windows-latest, steps: [run: x] } }"u8.ToArray());
        Codes(_run.Request(plain!)).ShouldBe("STR1309");
        var advised = warnings.ShouldHaveSingleItem().Help!.Split('`')[1];
        advised.ShouldStartWith("if: ");

        var (kept, _) = Workflows.Parsing.WorkflowParser.Parse(
            "ci.yml", System.Text.Encoding.UTF8.GetBytes($"jobs:\n  w:\n    {advised}\n    runs-on: windows-latest\n    steps: [run: x]\n"));
        Codes(_run.Request(kept!)).ShouldBe("");
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_shell_that_nobody_could_use_is_said(bool isTerminal, int warnings)
    {
        _run.IsTerminal = isTerminal;
        var request = _run.Request(Make.Workflow(Make.Job("a", Make.Run("x"))));
        _run.Runner.Check(request with { ShellOnFailure = true }).Count(problem => problem is { Code: "STR1606", Severity: Severity.Warning }).ShouldBe(warnings);
        _run.Runner.Check(request).ShouldBeEmpty();
    }

    [Fact]
    public void An_unknown_job_gets_a_suggestion()
    {
        var request = _run.Request(Make.Workflow(Make.Job("build", Make.Run("x")))) with { Selection = new(["biuld"], true, new Dictionary<string, string>()) };
        _run.Runner.Check(request).ShouldHaveSingleItem().Help.ShouldBe("Did you mean 'build'?");
    }

    [Theory]
    [InlineData("os=x", "")]
    [InlineData("os=z", "STR1503")]
    [InlineData("so=x", "STR1502")]
    public void A_matrix_selection_must_match(string selection, string expected)
    {
        var pair = selection.Split('=');
        var request = _run.Request(Make.Workflow(Make.Job("a", Make.Run("x")).Matrix("os", ["x", "y"]), Make.Job("b", Make.Run("x"))));
        Codes(request with { Selection = new([], true, new Dictionary<string, string> { [pair[0]] = pair[1] }) }).ShouldBe(expected);
    }

    [Fact]
    public async Task A_matrix_selection_runs_what_it_selects()
    {
        var request = _run.Request(Make.Workflow(
            Make.Job("a", Make.Run("echo ${{ matrix.os }}")).Matrix("os", ["x", "y"]), Make.Job("b", Make.Run("echo b"))));
        await _run.RunAsync(request with { Selection = new([], true, new Dictionary<string, string> { ["os"] = "y" }) });
        _run.Observer.Output.ShouldBe(["y", "b"]);
    }

    [Fact]
    public void Images()
    {
        var workflow = Make.Workflow() with
        {
            Images =
            [
                Definition("plain", new BaseReference.Debootstrap("bookworm")),
                Definition("tar", new BaseReference.RootFs("../out.tar")),
                Definition("chain", new BaseReference.Definition("plain")),
                Definition("oci", new BaseReference.Oci("debian")),
                Definition("steps", new BaseReference.Debootstrap("bookworm"), new ImageStep.SetUser(new("u", Make.At), Make.At)),
            ],
        };
        string Of(string reference) => Codes(_run.Request(workflow with { Jobs = [Make.Job("a", Make.Run("x")) with { Image = Named(reference) }] }));

        Of("plain").ShouldBe("");
        Of("images.plain").ShouldBe("");
        Of("debootstrap:trixie").ShouldBe("");
        Of("rootfs:/x.tar").ShouldBe("");
        Of("rootfs:../x.tar").ShouldBe("STR1508");
        Of("tar").ShouldBe("STR1508");
        Of("chain").ShouldBe("");
        Of("oci").ShouldBe("");
        Of("steps").ShouldBe("");
        Of("plian").ShouldBe("STR1507");
        Of("node:20").ShouldBe("");
        Of("docker://node:20").ShouldBe("");
        Of("Node:20").ShouldBe("STR3130");
        Of("${{ matrix.image }}").ShouldBe("");
    }

    [Fact]
    public async Task An_image_chosen_by_the_matrix_and_its_definition_reach_the_job()
    {
        var workflow = Make.Workflow(Make.Job("a", Make.Run("echo $E $F")).Matrix("image", ["plain", "plian"], failFast: "false") with
        {
            Image = Named("${{ matrix.image }}"),
        }) with
        { Images = [Definition("plain", new BaseReference.Debootstrap("bookworm"))] };
        using var run = new RunFixture { Images = new() { Config = new(new Dictionary<string, string> { ["E"] = "0", ["F"] = "2" }, null, null) } };
        var report = await run.RunAsync(run.Request(workflow));

        run.Observer.Output.ShouldBe(["1 2"]);
        report.Jobs.Select(j => j.Status).ShouldBe([Strata.Execution.Reporting.RunStatus.Success, Strata.Execution.Reporting.RunStatus.Failure]);
        report.Jobs[1].Reason!.ShouldContain("STR1507");
        run.Observer.Events.OfType<Events.JobStarted>().First().Image.ShouldBe("plain (images.plain)");
    }

    [Fact]
    public async Task Runs_on_chooses_by_configuration_else_the_default_image()
    {
        var job = Make.Job("a", Make.Run("true")) with { RunsOn = [Make.Located("ubuntu-22.04")] };
        var mapped = new Dictionary<string, string> { ["ubuntu-22.04"] = "debootstrap:jammy" };
        await _run.RunAsync(_run.Request(Make.Workflow(job)) with { RunnerImages = mapped });
        await _run.RunAsync(_run.Request(Make.Workflow(job)));

        _run.Observer.Events.OfType<Events.JobStarted>().Select(e => e.Image).ShouldBe(
            ["debootstrap:jammy (runs-on: ubuntu-22.04, by configuration)", "default (no image is configured for its runs-on)"]);
    }

    [Theory]
    [InlineData("", "STR1505")]
    [InlineData("n=1", "")]
    [InlineData("n=x", "STR1506")]
    [InlineData("n=1 b=maybe", "STR1506")]
    [InlineData("n=1 c=blue", "STR1506")]
    [InlineData("n=1 typo=1", "STR1504")]
    public void Inputs_are_checked_by_their_types(string given, string expected)
    {
        var inputs = given.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(g => g.Split('=')).ToDictionary(g => g[0], g => g[1]);
        Codes(_run.Request(WithInputs()) with { EventName = "workflow_dispatch", Inputs = inputs }).ShouldBe(expected);
    }

    [Fact]
    public async Task Inputs_have_types_and_defaults()
    {
        var request = _run.Request(WithInputs() with
        {
            Jobs = [Make.Job("a", Make.Run("echo ${{ inputs.n == 2 }} ${{ inputs.b == true }} ${{ inputs.c }}"))],
        });
        await _run.RunAsync(request with { EventName = "workflow_dispatch", Inputs = new Dictionary<string, string> { ["n"] = "2", ["b"] = "true" } });
        _run.Observer.Output.ShouldBe(["true true red"]);
    }

    [Fact]
    public async Task A_refused_request_runs_nothing()
    {
        var request = _run.Request(Make.Workflow(Make.Job("a", Make.Run("x")))) with { SuggestInputs = "nothing" };
        (await Should.ThrowAsync<UserErrorException>(() => _run.RunAsync(request))).Diagnostics[0].Code.ShouldBe("STR1605");
        _run.Host.Started.ShouldBeEmpty();
        _run.Observer.Events.ShouldBeEmpty();
    }

    private static Workflow WithInputs() => Make.Workflow(Make.Job("a", Make.Run("x"))) with
    {
        On = Triggers.None with
        {
            Inputs =
            [
                new("n", null, "number", true, Value.Null, [], Make.At),
                new("b", null, "boolean", false, Value.Null, [], Make.At),
                new("c", null, "choice", false, Value.From("red"), ["red", "green"], Make.At),
            ],
        },
    };
}
