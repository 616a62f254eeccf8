using Strata.Execution.Actions;
using Strata.Execution.Contexts;
using Strata.Execution.Events;
using Strata.Execution.Jobs;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Execution.Reporting;
using Strata.Execution.Steps;
using Strata.Execution.Tests.Fakes;
using Strata.Sandbox;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Tests.Steps;

public sealed class CompositeStepTests : IAsyncLifetime, IDisposable
{
    private readonly RunFixture _run = new();
    private readonly RecordingObserver _observer = new();
    private readonly HostSandbox _sandbox = new(new SandboxSpec
    {
        Name = "t", RootLowers = ["/"], WorkspaceLowers = [], Network = false, Site = false,
    });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _sandbox.DisposeAsync();
    }

    public void Dispose() => _run.Dispose();

    private static CompositeAction Action(params Step[] steps) => new()
    {
        File = "act/action.yml",
        Name = "act",
        Inputs =
        [
            new("who", Required: true, null, null, Make.At),
            new("how", Required: false, Make.Text("hi"), null, Make.At),
        ],
        Outputs = [new("said", Make.Text("${{ steps.say.outputs.said }}"), Make.At)],
        Steps = [.. steps.Select((s, i) => s with { Index = i })],
        Unsupported = [],
    };

    private async Task<(StepOutcome Outcome, StepFrame Caller)> RunAsync(CompositeAction action, params (string Name, string Value)[] with)
    {
        var request = _run.Request(Make.Workflow());
        var facts = new RunFacts
        {
            RunId = "r", RunNumber = 1, Workflow = request.Workflow, Identity = request.Identity, EventName = "push", EventPayload = [], Actor = "me",
            Env = request.Env, Vars = ObjectValue.Empty, Inputs = ObjectValue.Empty, Secrets = ObjectValue.Empty, Debug = false,
        };
        var job = Make.Job("a");
        var instance = new JobInstance
        {
            Job = job, Vector = new MatrixVector(ObjectValue.Empty, ""), DisplayName = "a", Strategy = ObjectValue.Empty, Needs = ObjectValue.Empty,
            ContinueOnError = false,
        };
        using var cancellation = new JobCancellation(TimeProvider.System);
        var live = new LiveJob
        {
            Actions = new WithoutStores(null),
            Facts = facts, Job = job, Sandbox = _sandbox, Cancellation = cancellation, Masker = new(), Hasher = new FakeHasher(), Time = TimeProvider.System,
            User = Strata.Images.ImageUser.Root, SiteEnv = new Dictionary<string, string>(),
            ImageEnv = new Dictionary<string, string>(), ImageName = "default", Contexts = JobContexts.Of(facts, instance),
            GitHub = JobContexts.GitHub(facts, "a"), Env = new() { ["JOB"] = "j" }, SummaryFile = Path.Combine(_run.Data, "summary.md"),
        };
        var caller = new StepFrame { Live = live, GitHub = live.GitHub, Inputs = ObjectValue.Empty };
        var call = new StepAction.LocalAction("act", [.. with.Select(w => KeyValuePair.Create(w.Name, Make.Located(w.Value)))], Make.At);
        await using var pump = new EventPump(_observer);
        await using var log = new StepLog(new("r", "a", 0), live.Masker, pump, null, TimeProvider.System);
        var outcome = await CompositeStep.RunAsync(
            action, "/workspace/act", call, caller, caller.ScopeBefore("act"), new Dictionary<string, string> { ["CALLER"] = "c" }, log, default);
        return (outcome, caller);
    }

    [Fact]
    public async Task Inputs_env_and_outputs_pass_through()
    {
        var (outcome, caller) = await RunAsync(
            Action(
                Make.Run("echo \"${{ inputs.how }} ${{ inputs.who }} $CALLER $JOB\"; echo said=x-${{ inputs.who }} >> $GITHUB_OUTPUT; echo A=1 >> $GITHUB_ENV", id: "say", name: "say"),
                Make.Run("echo ${{ env.A }} ${{ github.action_path }} ${{ steps.say.outcome }}")),
            ("who", "world"));

        outcome.Status.ShouldBe(RunStatus.Success);
        outcome.Effects.Outputs["said"].ShouldBe("x-world");
        _observer.Output[0].ShouldBe("hi world c j");
        _observer.Output[1].ShouldEndWith("/workspace/act success");
        _observer.Lines.Select(l => l.Kind).ShouldBe(
            [LogKind.Group, LogKind.Output, LogKind.EndGroup, LogKind.Group, LogKind.Output, LogKind.EndGroup]);
        caller.Steps.Members.ShouldBeEmpty("an action's steps are its own");
        caller.Live.Env["A"].ShouldBe("1");
    }

    [Fact]
    public async Task A_failed_step_fails_the_action_and_only_what_asks_still_runs()
    {
        var (outcome, caller) = await RunAsync(
            Action(Make.Run("exit 4", name: "bad"), Make.Run("echo no"), Make.Run("echo yes", @if: "failure()")), ("who", "x"));

        outcome.Status.ShouldBe(RunStatus.Failure);
        outcome.ExitCode.ShouldBe(4);
        outcome.Reason.ShouldBe("bad: exit code 4");
        _observer.Output.ShouldBe(["yes"]);
        caller.SoFar.ShouldBe(RunStatus.Success, "the calling step decides");
    }

    [Fact]
    public async Task An_unknown_input_and_a_missing_one_warn()
    {
        await RunAsync(Action(Make.Run("echo [${{ inputs.who }}]")), ("woh", "x"));

        var warnings = _observer.Lines.Where(l => l.Kind == LogKind.Warning).Select(l => l.Text).ToList();
        warnings[0].ShouldContain("Did you mean 'who'?");
        warnings[1].ShouldContain("required");
        _observer.Output.ShouldBe(["[]"]);
    }
}
