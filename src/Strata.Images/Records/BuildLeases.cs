using Strata.Core;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <inheritdoc cref="IBuildLeases"/>
internal sealed class BuildLeases(Database database, TimeProvider time) : IBuildLeases
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AbandonedLifetime = TimeSpan.FromDays(1);

    public async ValueTask<LeaseAttempt> TryAcquireAsync(Scope scope, Digest key, string owner, string logPath, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (database.Read(sql => HeldBy(sql, scope, key, time.GetUtcNow())) is { } held) // who waits asks often, and writes nothing
        {
            return held;
        }

        return await database.WriteAsync(sql => TryAcquire(sql, scope, key, owner, logPath), cancellationToken).ConfigureAwait(false);
    }

    private LeaseAttempt TryAcquire(SqlSession sql, Scope scope, Digest key, string owner, string logPath)
    {
        var now = time.GetUtcNow();
        if (HeldBy(sql, scope, key, now) is { } held)
        {
            return held;
        }

        BuildLeaseSql.RemoveAbandoned(sql, now - AbandonedLifetime);
        var token = BuildLeaseSql.NextToken(sql);
        BuildLeaseSql.Set(sql, scope, key, token, new(owner, logPath, now, now + Lifetime));
        return new LeaseAttempt.Acquired(new(database, time, scope, key, token));
    }

    private static LeaseAttempt.Held? HeldBy(SqlSession sql, Scope scope, Digest key, DateTimeOffset now) =>
        BuildLeaseSql.Find(sql, scope, key) is { } row && IsAlive(row.ExpiresAt, now) ? new(row.Owner, row.Since, row.LogPath) : null;

    /// <summary>One that ends later than any can was made before the clock was set back: its holder, if there is one, renews it within its next heartbeat.</summary>
    private static bool IsAlive(DateTimeOffset expiresAt, DateTimeOffset now) => expiresAt > now && expiresAt <= now + (2 * Lifetime);
}
