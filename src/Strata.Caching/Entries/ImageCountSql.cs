using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>Layers that images are built of are counted beside look-ups, under a type of their own: reused ones are its <c>hits</c>, those that were built its <c>misses</c>.</summary>
internal static class ImageCountSql
{
    public const string CounterType = "image";

    /// <summary>Of no <see cref="EntryKind"/>: image layers are no entries.</summary>
    private const long Kind = 2;

    public static void Count(SqlSession sql, long repo, ImageCount count) => sql.Execute(
        """
        INSERT INTO cache_counter (repo, kind, type, name, hits, partial, misses, errors, saves, restored_bytes, transferred_bytes, saved_bytes, saved_ms, spent_ms)
        VALUES ($1, $2, $3, $4, $5, 0, $6, 0, $6, 0, 0, $7, 0, 0)
        ON CONFLICT (repo, kind, type, name) DO UPDATE SET
            hits = cache_counter.hits + excluded.hits, misses = cache_counter.misses + excluded.misses, saves = cache_counter.saves + excluded.saves,
            saved_bytes = cache_counter.saved_bytes + excluded.saved_bytes
        """, repo, Kind, CounterType, count.Name, count.Reused, count.Built, count.BuiltBytes);
}
