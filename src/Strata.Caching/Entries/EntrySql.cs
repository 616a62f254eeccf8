using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>The statements on rows of <c>cache_entry</c>, one a method.</summary>
internal static class EntrySql
{
    private const string Columns = """
        cache_entry.id, cache_entry.kind, cache_repo.org, cache_repo.repo, cache_entry.ref, cache_entry.trust, cache_entry.name, cache_entry.type, cache_slot.identity,
        cache_entry.key, cache_entry.content, cache_entry.run_id, cache_entry.job, cache_entry.attempt, cache_entry.shareable * cache_entry.shares, cache_entry.created_at, cache_entry.last_used_at,
        cache_entry.ttl_ms, cache_entry.max_age_ms, cache_entry.size_bytes, cache_entry.spent_ms, cache_entry.manifest, cache_entry.effects, cache_entry.state,
        cache_entry.reason, cache_entry.retired_at
        """;

    private const string From = "cache_entry JOIN cache_slot ON cache_slot.id = cache_entry.slot JOIN cache_repo ON cache_repo.id = cache_entry.repo";

    private static readonly string[] States = ["live", "evicted", "expired", "quarantined", "revoked"];

    public static string NameOf(EntryState state) => States[(int)state];

    public static CacheEntry Get(SqlSession sql, long id) => Find(sql, id) ?? throw new InvalidOperationException($"There is no cache entry {id}.");

    public static CacheEntry? Find(SqlSession sql, long id)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM {From} WHERE cache_entry.id = $1", id);
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Of whoever writes there.</summary>
    public static CacheEntry? FindLive(SqlSession sql, long slot, Scope scope, string key)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM {From} WHERE cache_entry.slot = $1 AND cache_entry.ref = $2 AND cache_entry.key = $3 AND cache_entry.trust = $4 AND cache_entry.state = 'live'",
            slot, scope.Ref, key, (long)scope.Trust);
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>That had this key, the last to go first.</summary>
    public static List<CacheEntry> ListRetired(SqlSession sql, long slot, string key, int max)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM {From} WHERE cache_entry.slot = $1 AND cache_entry.key = $2 AND cache_entry.state <> 'live' ORDER BY cache_entry.retired_at DESC, cache_entry.id DESC",
            slot, key);
        return Read(rows, max);
    }

    /// <summary>With or without those no longer live, newest first.</summary>
    public static List<CacheEntry> List(SqlSession sql, CacheFilter filter)
    {
        using var rows = sql.Query(
            $"""
            SELECT {Columns} FROM {From}
            WHERE ($1 IS NULL OR cache_repo.org = $1) AND ($2 IS NULL OR cache_repo.repo = $2) AND ($3 IS NULL OR cache_entry.kind = $3) AND ($4 IS NULL OR cache_entry.name = $4)
                AND ($5 IS NULL OR cache_entry.run_id = $5) AND ($6 IS NULL OR substr(cache_entry.key, 1, length($6)) = $6) AND ($7 = 1 OR ({EntryPlaceSql.IsLive}))
            ORDER BY cache_entry.id DESC
            """,
            filter.Organization, filter.Repository, filter.Kind is { } kind ? (long)kind : default(SqlValue), filter.Name, filter.RunId, filter.KeyPrefix, filter.WithRetired);
        return Read(rows, filter.CountMax);
    }

    /// <returns>Its id.</returns>
    public static long Insert(SqlSession sql, EntrySlot slot, CacheCommit commit, bool shareable, bool shares, DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        var (draft, scope) = (commit.Draft, Scope.Of(commit.Draft.Writer));
        using var rows = sql.Query(
            """
            INSERT INTO cache_entry (slot, repo, kind, ref, trust, is_default, key, state, shareable, created_at, last_used_at, ttl_ms, max_age_ms, expires_at, size_bytes, spent_ms,
                name, type, run_id, job, attempt, content, manifest, effects, shares)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'live', $8, $9, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
            RETURNING id
            """,
            slot.Id, slot.Repo, (long)draft.Kind, scope.Ref, (long)scope.Trust, scope.Trust is Trust.Protected && scope.Ref == draft.Writer.DefaultBranch, draft.Key, shareable, now,
            Milliseconds(commit.Ttl), Milliseconds(commit.MaxAge), expiresAt is { } at ? at : default(SqlValue), commit.Content.SizeBytes, (long)commit.Spent.TotalMilliseconds,
            draft.Name, draft.Type, draft.Producer.RunId, draft.Producer.Job, draft.Producer.Attempt, ContentJson.Write(commit.Content), commit.Manifest, commit.Effects,
            shares);
        var id = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("An entry has no id.");
        _ = rows.Read(); // to its end: only then it has happened
        return id;
    }

    /// <returns>Its repository; null: it was not live.</returns>
    public static long? Retire(SqlSession sql, long id, EntryState state, string reason, DateTimeOffset now)
    {
        using var rows = sql.Query(
            "UPDATE cache_entry SET state = $2, reason = $3, retired_at = $4 WHERE id = $1 AND state = 'live' RETURNING repo", id, NameOf(state), reason, now);
        var repo = rows.Read() ? rows.Integer(0) : (long?)null;
        _ = repo is not null && rows.Read();
        return repo;
    }

    /// <summary>Never to an earlier time.</summary>
    public static void Touch(SqlSession sql, long id, DateTimeOffset now, DateTimeOffset? expiresAt) => sql.Execute(
        "UPDATE cache_entry SET last_used_at = $2, expires_at = $3 WHERE id = $1 AND state = 'live' AND last_used_at < $2",
        id, now, expiresAt is { } at ? at : default(SqlValue));

    private static SqlValue Milliseconds(TimeSpan? time) => time is { } span ? (long)span.TotalMilliseconds : default(SqlValue);

    private static List<CacheEntry> Read(SqlRows rows, int max)
    {
        var entries = new List<CacheEntry>();
        while (entries.Count < max && rows.Read())
        {
            entries.Add(Read(rows));
        }

        return entries;
    }

    private static CacheEntry Read(SqlRows rows) => new()
    {
        Id = rows.Integer(0),
        Kind = (EntryKind)rows.Integer(1),
        Scope = new(rows.Text(2), rows.Text(3), rows.Text(4), (Trust)rows.Integer(5)),
        Name = rows.Text(6),
        Type = rows.Text(7),
        Identity = Digest.Parse(rows.Text(8), null),
        Key = rows.Text(9),
        Content = ContentJson.ReadContent(rows.Text(10)),
        Producer = new(rows.Text(11), rows.Text(12), (int)rows.Integer(13)),
        Shareable = rows.Truth(14),
        CreatedAt = rows.Time(15),
        LastUsedAt = rows.Time(16),
        Ttl = rows.IsNull(17) ? null : TimeSpan.FromMilliseconds(rows.Integer(17)),
        MaxAge = rows.IsNull(18) ? null : TimeSpan.FromMilliseconds(rows.Integer(18)),
        SizeBytes = rows.Integer(19),
        Spent = TimeSpan.FromMilliseconds(rows.Integer(20)),
        Manifest = rows.Text(21),
        Effects = rows.IsNull(22) ? null : rows.Text(22),
        State = (EntryState)Array.IndexOf(States, rows.Text(23)),
        RetiredReason = rows.IsNull(24) ? null : rows.Text(24),
        RetiredAt = rows.IsNull(25) ? null : rows.Time(25),
    };
}
