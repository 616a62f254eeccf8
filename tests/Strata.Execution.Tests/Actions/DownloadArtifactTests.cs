using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Execution.Actions;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Jobs;
using Strata.Execution.Steps;
using Strata.Execution.Tests.Artifacts;
using Strata.Execution.Tests.Fakes;
using Strata.Sandbox;
using Strata.Tenancy;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Tests.Actions;

public sealed class DownloadArtifactTests : IAsyncLifetime, IDisposable
{
    private readonly RunFixture _run = new();
    private readonly RunFacts _facts;
    private readonly RunEntries _entries;
    private readonly List<string> _said = [];
    private readonly HostSandbox _sandbox = new(new SandboxSpec { Name = "t", RootLowers = ["/"], WorkspaceLowers = [], Network = false, Site = false });

    public DownloadArtifactTests()
    {
        var request = _run.Request(Make.Workflow());
        _facts = new()
        {
            RunId = "r", RunNumber = 1, Workflow = request.Workflow, Identity = request.Identity, EventName = "push", EventPayload = [], Actor = "me",
            Env = request.Env, Vars = ObjectValue.Empty, Inputs = ObjectValue.Empty, Secrets = ObjectValue.Empty, Debug = false,
        };
        _entries = new(() => LocalEntries.Open(_run.Data), _facts, static _ => Task.FromResult(false));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _entries.DisposeAsync();
        await _sandbox.DisposeAsync();
    }

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("name")]
    [InlineData("artifact-ids")]
    public async Task What_is_being_uploaded_is_waited_for_and_its_failure_says_artifact_producer_state_and_since_when(string input)
    {
        await using var producer = await _entries.StartAttemptAsync("build", "build", CancellationToken.None);
        await using var consumer = await _entries.StartAttemptAsync("use", "use", CancellationToken.None);
        var id = (await BeginAsync(producer)).Id;
        await producer.Services.Artifacts.MoveAsync(id, ArtifactState.Uploading, "test", null, producer.Token, CancellationToken.None);

        var outcome = await DownloadAsync(consumer, input, input is "name" ? "dist" : $"{id}", async kind =>
        {
            if (kind is LogKind.Progress)
            {
                await producer.Services.Artifacts.MoveAsync(id, ArtifactState.Failed, "test", "the disk is full", producer.Token, CancellationToken.None);
            }
        });

        outcome.Status.ShouldBe(Strata.Execution.Reporting.RunStatus.Failure);
        _said[0].ShouldStartWith("Progress: the artifact dist of job build is uploading since 2");
        var reason = outcome.Reason.ShouldNotBeNull();
        reason.ShouldStartWith("The artifact 'dist' of job build cannot be had: it is failed since 2");
        reason.ShouldEndWith("made by job build, attempt 1: the disk is full.");
    }

    [Fact]
    public async Task One_whose_upload_does_not_end_is_waited_for_only_so_long()
    {
        await using var producer = await _entries.StartAttemptAsync("build", "build", CancellationToken.None);
        await using var consumer = await _entries.StartAttemptAsync("use", "use", CancellationToken.None);
        await BeginAsync(producer);

        var outcome = await DownloadAsync(consumer, "name", "dist", static _ => Task.CompletedTask);

        outcome.Reason.ShouldNotBeNull().ShouldStartWith("The artifact 'dist' of job build was waited for for 30 m 00 s: it is pending since 2");
    }

    private static async Task<Artifact> BeginAsync(JobAttempt producer)
    {
        var draft = new ArtifactDraft { Scope = producer.Scope, Producer = producer.Producer, Name = "dist", Shareable = true };
        await producer.Services.Artifacts.BeginAsync(draft, producer.Token, CancellationToken.None);
        return (await producer.Services.Artifacts.FindAsync("r", "dist", producer.Identity, trustFork: false, CancellationToken.None))!;
    }

    private async Task<StepOutcome> DownloadAsync(JobAttempt consumer, string input, string value, Func<LogKind, Task> onSaid)
    {
        var job = Make.Job("use");
        var instance = new JobInstance
        {
            Job = job, Vector = new MatrixVector(ObjectValue.Empty, ""), DisplayName = "use", Strategy = ObjectValue.Empty, Needs = ObjectValue.Empty, ContinueOnError = false,
        };
        using var cancellation = new JobCancellation(TimeProvider.System);
        var live = new LiveJob
        {
            Actions = new WithoutStores(null),
            Facts = _facts, Job = job, Sandbox = _sandbox, Cancellation = cancellation, Masker = new(), Hasher = new FakeHasher(), Time = TimeProvider.System,
            User = Strata.Images.ImageUser.Root, SiteEnv = new Dictionary<string, string>(), ImageEnv = new Dictionary<string, string>(), ImageName = "default",
            Contexts = JobContexts.Of(_facts, instance), GitHub = JobContexts.GitHub(_facts, "use"), Env = [], SummaryFile = Path.Combine(_run.Data, "summary.md"),
        };
        var action = new StepAction.BuiltIn("download-artifact", [KeyValuePair.Create(input, Make.Located(value))], Make.At);
        var inputs = await ActionInputs.EvaluateAsync(action, live, EvaluationScope.Empty);
        var download = new DownloadArtifact(
            inputs, live, consumer, static _ => { },
            async (kind, text) =>
            {
                _said.Add($"{kind}: {text}");
                await onSaid(kind);
            },
            new LeapingTime());
        return (await download.RunAsync(CancellationToken.None)).Outcome;
    }
}
