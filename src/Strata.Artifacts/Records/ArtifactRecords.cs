using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;

namespace Strata.Artifacts.Records;

/// <inheritdoc cref="IArtifacts"/>
public sealed class ArtifactRecords(Database database, TimeProvider time, ArtifactLimits limits) : IArtifacts
{
    /// <summary>For this long what is over is kept, to explain it with.</summary>
    private static readonly TimeSpan OverLifetime = TimeSpan.FromDays(30);

    /// <summary>Of one transaction: others wait.</summary>
    private const int BatchSize = 200;

    private const int LayersMax = 512;

    /// <summary>Of what workers and users say; more is cut off.</summary>
    private const int TextMax = 1000;

    private readonly ArtifactWrites _writes = new(time, limits);

    public async ValueTask<ArtifactBegin> BeginAsync(ArtifactDraft draft, LeaseToken lease, CancellationToken cancellationToken)
    {
        if (!ArtifactNames.IsName(draft.Name) || draft.Retention <= TimeSpan.Zero)
        {
            throw new ArgumentException("A draft that was not checked.", nameof(draft));
        }

        return await database.WriteAsync(sql => _writes.Begin(sql, draft, lease), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ArtifactMove> MoveAsync(long id, ArtifactState to, string actor, string? reason, LeaseToken lease, CancellationToken cancellationToken)
    {
        if (to is not (ArtifactState.Uploading or ArtifactState.Verifying or ArtifactState.Failed))
        {
            throw new ArgumentOutOfRangeException(nameof(to), to, "Not a producer's to say.");
        }

        return await database.WriteAsync(sql => _writes.Move(sql, id, to, Limited(actor)!, Limited(reason), lease), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ArtifactMove> CommitAsync(long id, StoredTree content, LeaseToken lease, CancellationToken cancellationToken)
    {
        if (content.Layers.Count is 0 or > LayersMax || content.SizeBytes < 0 || content.Files < 0)
        {
            throw new ArgumentException("A tree that was not checked.", nameof(content));
        }

        return await database.WriteAsync(sql => _writes.Commit(sql, id, content, lease), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<Artifact?> FindAsync(string runId, string name, RunIdentity reader, bool trustFork, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(sql => ArtifactSql.ListOfName(sql, runId, name)
            .Find(row => ArtifactAccess.MayRead(reader, row.Artifact.Scope, row.Artifact.Shareable, trustFork))?.Artifact is { } found ? _writes.Shown(sql, found) : null));
    }

    public ValueTask<IReadOnlyList<Artifact>> ListAsync(ArtifactFilter filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var trustFork = filter is { TrustFork: true, RunId: not null };
        return new(database.Read(sql => ArtifactSql.List(
            sql, filter, trustFork,
            artifact => ArtifactAccess.MayRead(filter.Reader, artifact.Scope, artifact.Shareable, trustFork) && (filter.State is not { } state || _writes.Shown(sql, artifact).State == state))
            .ConvertAll(row => _writes.Shown(sql, row.Artifact))));
    }

    public async ValueTask<string?> FindLatestRunAsync(RunIdentity reader, string? name, CancellationToken cancellationToken) =>
        await ListAsync(new(reader) { Name = name, State = ArtifactState.Ready, Limit = 1 }, cancellationToken).ConfigureAwait(false) is [var newest] ? newest.Producer.RunId : null;

    public ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(RunIdentity reader, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(database.Read<IReadOnlySet<Digest>>(sql => layers.Where(layer => ArtifactSql.ListReadyWith(sql, reader.Organization, reader.Repository, layer, IsReadable(sql)).Count > 0).ToHashSet()));
        }
        catch (EnvironmentException)
        {
            return new(new HashSet<Digest>());
        }

        Func<Artifact, bool> IsReadable(SqlSession sql) => artifact =>
            ArtifactAccess.MayRead(reader, artifact.Scope, artifact.Shareable, trustFork: false) && _writes.Shown(sql, artifact).State is ArtifactState.Ready;
    }

    public ValueTask<IReadOnlyList<ArtifactEvent>> HistoryAsync(long id, RunIdentity reader, bool trustFork, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read<IReadOnlyList<ArtifactEvent>>(sql =>
            ArtifactSql.Find(sql, id)?.Artifact is { } artifact && ArtifactAccess.MayRead(reader, artifact.Scope, artifact.Shareable, trustFork) ? ArtifactEventSql.List(sql, id) : []));
    }

    public ValueTask<ArtifactChange> PinAsync(long id, RunIdentity user, string actor, CancellationToken cancellationToken) =>
        ChangeAsync(id, user, (sql, artifact) => _writes.Pin(sql, artifact, Limited(actor)!), cancellationToken);

    public ValueTask<ArtifactChange> UnpinAsync(long id, RunIdentity user, CancellationToken cancellationToken) =>
        ChangeAsync(id, user, _writes.Unpin, cancellationToken);

    public ValueTask<ArtifactChange> DeleteAsync(long id, RunIdentity user, string actor, string? reason, CancellationToken cancellationToken) =>
        ChangeAsync(id, user, (sql, artifact) => _writes.Delete(sql, artifact, Limited(actor)!, Limited(reason)), cancellationToken);

    public async ValueTask<ArtifactSweep> SweepAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Artifact> abandoned = database.Read(ArtifactWrites.Abandoned).Count == 0
            ? []
            : await database.WriteAsync(_writes.FailAbandoned, cancellationToken).ConfigureAwait(false);
        var expired = new List<Artifact>();
        while (database.Read(sql => ArtifactSql.ListDue(sql, time.GetUtcNow(), 1)).Count > 0) // nearly never any: else nothing is written
        {
            expired.AddRange(await database.WriteAsync(sql => _writes.Expire(sql, BatchSize), cancellationToken).ConfigureAwait(false));
        }

        var forgotten = 0L;
        for (var removed = (long)BatchSize; removed == BatchSize; forgotten += removed)
        {
            removed = await database.WriteAsync(sql => ArtifactSql.RemoveOver(sql, time.GetUtcNow() - OverLifetime, BatchSize), cancellationToken).ConfigureAwait(false);
        }

        return new(abandoned, expired, expired.Sum(artifact => artifact.Content!.SizeBytes), forgotten);
    }

    public ValueTask<ArtifactUsage> UsageAsync(string organization, string repository, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (count, bytes) = database.Read(sql => ArtifactSql.Usage(sql, organization, repository));
        return new(new ArtifactUsage(count, bytes, limits.QuotaBytes));
    }

    private static string? Limited(string? text) => text?.Length > TextMax ? text[..TextMax] : text;

    private async ValueTask<ArtifactChange> ChangeAsync(long id, RunIdentity user, Func<SqlSession, Artifact, ArtifactChange> change, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            sql => ArtifactSql.Find(sql, id)?.Artifact is { } artifact && ArtifactAccess.MayManage(user, artifact.Scope) ? change(sql, _writes.Shown(sql, artifact)) : new ArtifactChange.Unknown(),
            cancellationToken).ConfigureAwait(false);
}
