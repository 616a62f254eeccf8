using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Entries;

/// <summary>What one entry's leaving <c>live</c> came to.</summary>
/// <param name="FreedBytes">Of layers that no live entry of its repository needs now.</param>
/// <param name="Event">For the caller to append.</param>
internal sealed record RetiredEntry(long FreedBytes, AuditEvent Event);

internal static class EntryRetirement
{
    /// <param name="actor">For the audit log: what acted.</param>
    /// <returns>Null: it was not live.</returns>
    public static RetiredEntry? Retire(SqlSession sql, long id, EntryState state, string reason, string actor, DateTimeOffset now)
    {
        if (EntrySql.Retire(sql, id, state, reason, now) is not { } repo)
        {
            return null;
        }

        var entry = EntrySql.Get(sql, id);
        return new(
            LayerSql.Release(sql, repo, id),
            new(now, entry.Scope.Organization, entry.Scope.Repository, state is EntryState.Revoked ? "cache.revoke" : "cache.evict", actor, $"cache/{id}", $"'{entry.Key}' {EntrySql.NameOf(state)}: {reason}"));
    }
}
