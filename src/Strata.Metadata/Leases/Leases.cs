using System.Runtime.CompilerServices;
using Strata.Core.Tasks;

namespace Strata.Metadata.Leases;

/// <summary>What asking for a lease came to.</summary>
public abstract record LeaseAttempt
{
    private LeaseAttempt()
    {
    }

    /// <param name="Lease">The caller disposes it.</param>
    /// <param name="NoteBefore">Of a holder that did not let go of it: it died, or gave no sign of life for too long.</param>
    public sealed record Acquired(Lease Lease, string? NoteBefore) : LeaseAttempt;

    /// <param name="RenewedAt">When it last gave a sign of life.</param>
    public sealed record Held(string Owner, DateTimeOffset Since, DateTimeOffset RenewedAt, string Note) : LeaseAttempt;
}

/// <summary>How long a lease outlives its holder, and how often the holder renews it.</summary>
public readonly record struct LeaseTimes(TimeSpan Lifetime, TimeSpan Heartbeat)
{
    /// <summary>Where others wait for it.</summary>
    public static LeaseTimes Short { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <summary>Where only what was left is cleared away.</summary>
    public static LeaseTimes Long { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));
}

/// <summary>
/// Leases by name, each of one holder among all processes that share the database. Clocks decide only how long others wait: who may write is decided by
/// <see cref="LeaseToken"/>.
/// </summary>
public sealed class Leases(Database database, TimeProvider time, LeaseTimes times)
{
    private static readonly TimeSpan AbandonedLifetime = TimeSpan.FromDays(1);

    /// <param name="owner">For people: who holds it. As <see cref="LeaseHolder"/> says it, it ends with its process.</param>
    /// <param name="note">For those who wait.</param>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<LeaseAttempt> TryAcquireAsync(string name, string owner, string note, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (database.Read(sql => HeldBy(sql, name, time.GetUtcNow())) is { } held) // who waits asks often, and writes nothing
        {
            return held;
        }

        return (await database.WriteAsync(sql => TryAcquire(sql, name, owner, note, static (_, _) => true), cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>The same together with what is recorded of the holder: both or nothing.</summary>
    /// <param name="record">In the transaction that acquires it, when nobody holds it. False: it is not acquired after all; what was written stays.</param>
    /// <returns>Null: <paramref name="record"/> said no.</returns>
    public Task<LeaseAttempt?> TryAcquireAsync(
        string name, string owner, string note, Func<SqlSession, LeaseToken, bool> record, CancellationToken cancellationToken) =>
        database.WriteAsync(sql => TryAcquire(sql, name, owner, note, record), cancellationToken);

    /// <summary>Ends leases that ran out, and those of processes of this host that have ended: what their holders still write is refused.</summary>
    /// <param name="prefix">Of the names meant.</param>
    /// <returns>Their names, in order.</returns>
    public async ValueTask<IReadOnlyList<string>> ExpireAsync(string prefix, CancellationToken cancellationToken) =>
        database.Read(sql => Dead(sql, prefix)).Count == 0 ? [] // nearly always: then nothing is written
        : await database.WriteAsync(
            sql =>
            {
                var dead = Dead(sql, prefix);
                dead.ForEach(token => LeaseSql.Remove(sql, token));
                return dead.ConvertAll(static token => token.Name);
            },
            cancellationToken).ConfigureAwait(false);

    private List<LeaseToken> Dead(SqlSession sql, string prefix)
    {
        var now = time.GetUtcNow();
        var dead = new List<LeaseToken>();
        foreach (var (token, row) in LeaseSql.List(sql, prefix))
        {
            if (row.ExpiresAt < now || LeaseHolder.IsGone(row.Owner))
            {
                dead.Add(token);
            }
        }

        return dead;
    }

    private LeaseAttempt? TryAcquire(SqlSession sql, string name, string owner, string note, Func<SqlSession, LeaseToken, bool> record)
    {
        var now = time.GetUtcNow();
        if (HeldBy(sql, name, now) is { } held)
        {
            return held;
        }

        LeaseSql.RemoveAbandoned(sql, now - AbandonedLifetime);
        var token = new LeaseToken(name, LeaseSql.NextToken(sql));
        if (!record(sql, token))
        {
            return null;
        }

        var before = LeaseSql.Find(sql, name)?.Note;
        LeaseSql.Set(sql, token, new(owner, note, now, now + times.Lifetime));
        return new LeaseAttempt.Acquired(new(database, time, times, token), before);
    }

    private LeaseAttempt.Held? HeldBy(SqlSession sql, string name, DateTimeOffset now) =>
        LeaseSql.Find(sql, name) is { } row && IsAlive(row.ExpiresAt, now) && !LeaseHolder.IsGone(row.Owner) ? new(LeaseHolder.ForPeople(row.Owner), row.Since, row.ExpiresAt - times.Lifetime, row.Note) : null;

    /// <summary>One that ends later than any can was made before the clock was set back: its holder, if there is one, renews it within its next heartbeat.</summary>
    private bool IsAlive(DateTimeOffset expiresAt, DateTimeOffset now) => expiresAt > now && expiresAt <= now + (2 * times.Lifetime);
}
