using Strata.Core.Identity;
using Strata.Execution.Entries;
using Strata.Execution.Reporting;
using Strata.Execution.Running;
using Strata.Execution.Sources;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Fakes;

/// <summary>A runner on fakes with a data directory and a workspace of its own.</summary>
internal sealed class RunFixture : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-run-");

    public RunFixture()
    {
        Directory.CreateDirectory(Workspace);
        Directory.CreateDirectory(Data);
    }

    public string Workspace => Path.Combine(_root.FullName, "ws");

    public string Data => Path.Combine(_root.FullName, "data");

    public HostSandboxHost Host { get; init; } = new();

    public FakeImages Images { get; init; } = new();

    public DirectorySource Source { get; } = new();

    public RecordingObserver Observer { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Instead of <see cref="Source"/>.</summary>
    public WorkspaceLayers? Layers { get; set; }

    public Func<RunIdentity, EntryServices> OpenEntries { get; set; } = static _ => throw new InvalidOperationException("This run restores and publishes nothing.");

    public bool IsTerminal { get; set; } = true;

    public WorkflowRunner Runner => new(new ExecutionServices
    {
        OpenHost = _ => new(Host),
        OpenImages = () => Images,
        OpenEntries = (identity, _) => OpenEntries(identity),
        Source = Layers ?? (IWorkspaceSource)Source,
        Hasher = new FakeHasher(),
        Time = Time,
        Actor = "me",
        IsTerminal = () => IsTerminal,
    });

    public RunRequest Request(Workflow workflow) => new()
    {
        Workflow = workflow,
        Identity = new()
        {
            Organization = "local",
            Repository = "demo",
            Ref = "refs/heads/main",
            DefaultBranch = "refs/heads/main",
            Trust = Trust.Protected,
            Commit = new string('a', 40),
        },
        WorkspaceDirectory = Workspace,
        DataDirectory = Data,
        Selection = RunSelection.All,
    };

    public Task<RunReport> RunAsync(params Job[] jobs) => RunAsync(Request(Make.Workflow(jobs)));

    public Task<RunReport> RunAsync(RunRequest request, CancellationToken cancellationToken = default) =>
        Runner.RunAsync(request, Observer, cancellationToken);

    public void Dispose() => _root.Delete(recursive: true);
}
