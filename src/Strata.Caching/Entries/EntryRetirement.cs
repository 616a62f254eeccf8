using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Entries;

/// <summary>One entry leaves <c>live</c>.</summary>
internal static class EntryRetirement
{
    /// <param name="actor">For the audit log: what acted.</param>
    /// <returns>The bytes that no live entry of its repository needs now; null: it was not live.</returns>
    public static long? Retire(SqlSession sql, long id, EntryState state, string reason, string actor, DateTimeOffset now)
    {
        if (EntrySql.Retire(sql, id, state, reason, now) is not { } repo)
        {
            return null;
        }

        var entry = EntrySql.Get(sql, id);
        AuditLog.Append(sql, [new(now, entry.Scope.Organization, entry.Scope.Repository, "cache.evict", actor, $"cache/{id}", $"'{entry.Key}' {EntrySql.NameOf(state)}: {reason}")]);
        return LayerSql.Release(sql, repo, id);
    }
}
