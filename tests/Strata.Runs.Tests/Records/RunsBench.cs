using Strata.Core.Identity;
using Strata.Images.Tests.Records;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Runs.Records;
using Strata.Tenancy;

namespace Strata.Runs.Tests.Records;

/// <summary>A database of its own, gone with this; several of these on one directory are as several processes.</summary>
internal sealed class RunsBench : IDisposable
{
    private readonly bool _ownsDirectory;

    public RunsBench(TimeProvider time, string? directory = null)
    {
        _ownsDirectory = directory is null;
        Path = directory ?? Directory.CreateTempSubdirectory("strata-runs-").FullName;
        Database = new(Path, time);
        Runs = new(Database, time, "this process");
    }

    public string Path { get; }

    public Database Database { get; }

    public RunRecords Runs { get; }

    public static RunIdentity Main { get; } = On("refs/heads/main", Trust.Protected);

    public static RunIdentity On(string reference, Trust trust) =>
        new() { Organization = "acme", Repository = "app", Ref = reference, Trust = trust, DefaultBranch = "refs/heads/main", Commit = new('a', 40) };

    public static RunStart StartOf(string runId, RunIdentity? identity = null) =>
        new() { RunId = runId, Identity = identity ?? Main, Workflow = "strata.yml", IsDirty = true };

    public async Task<Lease> StartAsync(string runId, RunIdentity? identity = null) =>
        (await Runs.StartAsync(StartOf(runId, identity), CancellationToken.None)).ShouldBeOfType<RunStarting.Started>().Lease;

    public Task<AttemptStarting> TryAttemptAsync(string runId, string job, int attempt, RunIdentity? identity = null) =>
        Runs.StartAttemptAsync(new(runId, job, attempt), Scope.Of(identity ?? Main), CancellationToken.None);

    public async Task<Lease> AttemptAsync(string runId, string job, int attempt, RunIdentity? identity = null) =>
        (await TryAttemptAsync(runId, job, attempt, identity)).ShouldBeOfType<AttemptStarting.Started>().Lease;

    public void Dispose()
    {
        Database.Dispose();
        if (_ownsDirectory)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
