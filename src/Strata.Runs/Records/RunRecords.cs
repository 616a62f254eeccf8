using System.Runtime.CompilerServices;
using Strata.Core.Tasks;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Runs.Records;

/// <inheritdoc cref="IRunRecords"/>
/// <param name="owner">For people: who holds the leases, as <c>host, process 17</c>.</param>
public sealed class RunRecords(Database database, TimeProvider time, string owner) : IRunRecords
{
    private const string LostReason = "its process ended without a word, or was cut off";

    /// <summary>Of what workers say; more is cut off.</summary>
    private const int TextMax = 1000;

    private readonly Leases _leases = new(database, time, LeaseTimes.Long);

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<RunStarting> StartAsync(RunStart start, CancellationToken cancellationToken)
    {
        RunRecord? other = null;
        var attempt = await _leases.TryAcquireAsync(RunLease.NameOf(start.RunId), owner, start.Workflow, Record, cancellationToken).ConfigureAwait(false);
        return attempt is LeaseAttempt.Acquired acquired
            ? new RunStarting.Started(acquired.Lease)
            : new RunStarting.Taken(other ?? database.Read(sql => RunSql.Find(sql, start.RunId)) ?? throw new InvalidOperationException($"Run {start.RunId} is leased and has no record."));

        bool Record(SqlSession sql, LeaseToken token)
        {
            other = RunSql.Find(sql, start.RunId);
            if (other is null)
            {
                RunSql.Insert(sql, start, token.Number, time.GetUtcNow());
            }

            return other is null;
        }
    }

    public async ValueTask<EndOutcome> EndAsync(LeaseToken lease, RunStatus status, string? reason, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)status, (int)RunStatus.Running);
        return await database.WriteAsync(
            sql => RunSql.HasEnded(sql, lease.Number) ? EndOutcome.AlreadyEnded
                : lease.IsHeld(sql) && RunSql.End(sql, lease.Number, status, Limited(reason), time.GetUtcNow()) ? EndOutcome.Recorded
                : EndOutcome.LeaseLost,
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<RunRecord?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(sql => RunSql.Find(sql, runId)));
    }

    public ValueTask<IReadOnlyList<RunRecord>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(sql => RunSql.List(sql, filter, run => Visibility.Nearness(filter.Reader, run.Scope, shareable: false) is not null)));
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<AttemptStarting> StartAttemptAsync(Producer producer, Scope scope, CancellationToken cancellationToken)
    {
        AttemptStarting? refused = null;
        var attempt = await _leases.TryAcquireAsync(producer.LeaseName, owner, producer.Job, Record, cancellationToken).ConfigureAwait(false);
        return attempt switch
        {
            LeaseAttempt.Acquired acquired => new AttemptStarting.Started(acquired.Lease),
            LeaseAttempt.Held held => new AttemptStarting.Held(held.Owner, held.Since),
            _ => refused!,
        };

        bool Record(SqlSession sql, LeaseToken token)
        {
            refused = Refusal(sql, producer, scope);
            if (refused is null)
            {
                AttemptSql.Insert(sql, producer, token.Number, time.GetUtcNow());
            }

            return refused is null;
        }
    }

    public async ValueTask<EndOutcome> EndAttemptAsync(LeaseToken lease, RunStatus status, string? reason, CancellationToken cancellationToken)
    {
        if (status is RunStatus.Running or RunStatus.Skipped)
        {
            throw new ArgumentOutOfRangeException(nameof(status), status, "No end of an attempt.");
        }

        return await database.WriteAsync(
            sql => AttemptSql.HasEnded(sql, lease.Number) ? EndOutcome.AlreadyEnded
                : lease.IsHeld(sql) && AttemptSql.End(sql, lease.Number, status, Limited(reason), time.GetUtcNow()) ? EndOutcome.Recorded
                : EndOutcome.LeaseLost,
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string runId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(sql => AttemptSql.List(sql, runId)));
    }

    public async ValueTask<LostWork> ExpireDeadAsync(CancellationToken cancellationToken)
    {
        await _leases.ExpireAsync(RunLease.Prefix, cancellationToken).ConfigureAwait(false);
        await _leases.ExpireAsync(Producer.LeasePrefix, cancellationToken).ConfigureAwait(false);
        var found = database.Read(Lost); // nearly never any: else nothing is written
        return found is { Runs.Count: 0, Attempts.Count: 0 } ? found : await database.WriteAsync(EndLost, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One that is there is over: its lease was free, or ran out.</summary>
    private AttemptStarting? Refusal(SqlSession sql, Producer producer, Scope scope)
    {
        if (AttemptSql.Find(sql, producer) is not var (earlier, token))
        {
            return RunSql.Find(sql, producer.RunId) is { Status: RunStatus.Running } run && run.Scope == scope ? null : new AttemptStarting.NoRun();
        }

        if (earlier.Status is RunStatus.Running)
        {
            var now = time.GetUtcNow();
            new LeaseToken(producer.LeaseName, token).End(sql); // its holder may still be there, only late
            AttemptSql.End(sql, token, RunStatus.Lost, LostReason, now);
            earlier = earlier with { Status = RunStatus.Lost, Reason = LostReason, EndedAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()) };
        }

        return new AttemptStarting.Ended(earlier);
    }

    private static string? Limited(string? text) => text?.Length > TextMax ? text[..TextMax] : text;

    private static LostWork Lost(SqlSession sql)
    {
        var (runs, attempts) = (new List<string>(), new List<AttemptRecord>());
        foreach (var token in RunSql.ListRunning(sql))
        {
            if (!token.IsHeld(sql))
            {
                runs.Add(token.Name[RunLease.Prefix.Length..]);
            }
        }

        foreach (var running in AttemptSql.ListRunning(sql))
        {
            if (!IsHeld(sql, running))
            {
                attempts.Add(running.Attempt);
            }
        }

        return new(runs, attempts);
    }

    private LostWork EndLost(SqlSession sql)
    {
        var now = time.GetUtcNow();
        var lost = Lost(sql);
        foreach (var token in RunSql.ListRunning(sql).Where(token => !token.IsHeld(sql)))
        {
            RunSql.End(sql, token.Number, RunStatus.Lost, LostReason, now);
        }

        foreach (var (attempt, token) in AttemptSql.ListRunning(sql).Where(running => !IsHeld(sql, running)))
        {
            AttemptSql.End(sql, token, RunStatus.Lost, LostReason, now);
        }

        return lost;
    }

    private static bool IsHeld(SqlSession sql, (AttemptRecord Attempt, long Token) running) =>
        new LeaseToken(running.Attempt.Producer.LeaseName, running.Token).IsHeld(sql);
}
