using System.Text;
using Strata.Artifacts.Records;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Runs.Records;
using Strata.Tenancy;

namespace Strata.Artifacts.Tests.Records;

/// <summary>A database of its own, gone with this; several of these on one directory are as several processes.</summary>
internal sealed class ArtifactBench : IAsyncDisposable
{
    private readonly bool _ownsDirectory;
    private readonly List<Lease> _leases = [];

    public ArtifactBench(TimeProvider time, string? directory = null, ArtifactLimits? limits = null)
    {
        _ownsDirectory = directory is null;
        Path = directory ?? Directory.CreateTempSubdirectory("strata-artifacts-").FullName;
        Database = new(Path, time);
        Runs = new(Database, time, "this process");
        Artifacts = new(Database, time, limits ?? ArtifactLimits.Default);
    }

    public string Path { get; }

    public Database Database { get; }

    public RunRecords Runs { get; }

    public ArtifactRecords Artifacts { get; }

    public static RunIdentity Main { get; } = On("refs/heads/main", Trust.Protected);

    public static RunIdentity Feature { get; } = On("refs/heads/feature", Trust.Internal);

    public static RunIdentity Fork { get; } = On("refs/pull/7/merge", Trust.Fork) with { BaseRef = "refs/heads/main" };

    public static RunIdentity On(string reference, Trust trust) =>
        new() { Organization = "acme", Repository = "app", Ref = reference, Trust = trust, DefaultBranch = "refs/heads/main" };

    public static ArtifactDraft Draft(string run, string job, int attempt, string name, RunIdentity? writer = null) => new()
    {
        Scope = Scope.Of(writer ?? Main), Producer = new(run, job, attempt), Name = name, Shareable = true,
    };

    public static StoredTree Tree(string content, long sizeBytes = 1000) =>
        new([DigestOf($"{content} base"), DigestOf($"{content} top")], DigestOf(content), sizeBytes, 3);

    public static Digest DigestOf(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Starts the run too, if it is new.</summary>
    public async Task<Lease> AttemptAsync(string run, string job, int attempt, RunIdentity? writer = null)
    {
        if (await Runs.StartAsync(new() { RunId = run, Identity = writer ?? Main, Workflow = "w", IsDirty = false }, CancellationToken.None) is RunStarting.Started started)
        {
            _leases.Add(started.Lease);
        }

        var lease = (await Runs.StartAttemptAsync(new(run, job, attempt), Scope.Of(writer ?? Main), CancellationToken.None)).ShouldBeOfType<AttemptStarting.Started>().Lease;
        _leases.Add(lease);
        return lease;
    }

    public async Task<Artifact> BeginAsync(ArtifactDraft draft, Lease lease) =>
        (await Artifacts.BeginAsync(draft, lease.Token, CancellationToken.None)).ShouldBeOfType<ArtifactBegin.Begun>().Artifact;

    public async Task<Artifact> MoveAsync(Artifact artifact, ArtifactState to, Lease lease, string? reason = null) =>
        (await Artifacts.MoveAsync(artifact.Id, to, "test", reason, lease.Token, CancellationToken.None)).ShouldBeOfType<ArtifactMove.Moved>().Artifact;

    public async Task<Artifact> VerifyingAsync(ArtifactDraft draft, Lease lease)
    {
        var artifact = await BeginAsync(draft, lease);
        await MoveAsync(artifact, ArtifactState.Uploading, lease);
        return await MoveAsync(artifact, ArtifactState.Verifying, lease);
    }

    /// <summary>As a job does it.</summary>
    public async Task<Artifact> PublishAsync(ArtifactDraft draft, Lease lease, StoredTree? content = null)
    {
        var artifact = await VerifyingAsync(draft, lease);
        return (await Artifacts.CommitAsync(artifact.Id, content ?? Tree(draft.Name), lease.Token, CancellationToken.None)).ShouldBeOfType<ArtifactMove.Moved>().Artifact;
    }

    /// <summary>In a run of its own.</summary>
    public async Task<Artifact> PublishAsync(string run, string name, RunIdentity? writer = null, StoredTree? content = null)
    {
        await using var lease = await AttemptAsync(run, "build", 1, writer);
        return await PublishAsync(Draft(run, "build", 1, name, writer), lease, content);
    }

    public async Task<Artifact?> FindAsync(string run, string name, RunIdentity? reader = null, bool trustFork = false) =>
        await Artifacts.FindAsync(run, name, reader ?? Main, trustFork, CancellationToken.None);

    public async Task<IReadOnlyList<ArtifactEvent>> HistoryAsync(Artifact artifact) => await Artifacts.HistoryAsync(artifact.Id, Main, true, CancellationToken.None);

    /// <summary>As if its process had died long ago.</summary>
    public async Task KillAsync(Lease lease) => await Database.WriteAsync(
        sql => sql.Execute("DELETE FROM lease WHERE token = $1", lease.Token.Number), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var lease in _leases)
        {
            await lease.DisposeAsync();
        }

        Database.Dispose();
        if (_ownsDirectory)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
