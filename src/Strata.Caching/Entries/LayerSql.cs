using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>The statements on slots, layers and what they take, one a method. A layer counts once for a repository, however many live entries have it.</summary>
internal static class LayerSql
{
    public static EntrySlot EnsureSlot(SqlSession sql, string organization, string repository, EntryKind kind, Digest identity)
    {
        var repo = EnsureRepo(sql, organization, repository);
        sql.Execute("INSERT INTO cache_slot (repo, kind, identity) VALUES ($1, $2, $3) ON CONFLICT (repo, kind, identity) DO NOTHING", repo, (long)kind, identity.ToString());
        using var rows = sql.Query("SELECT id FROM cache_slot WHERE repo = $1 AND kind = $2 AND identity = $3", repo, (long)kind, identity.ToString());
        return rows.Read() ? new(rows.Integer(0), repo) : throw new InvalidOperationException("There is no slot.");
    }

    public static long EnsureRepo(SqlSession sql, string organization, string repository)
    {
        sql.Execute("INSERT INTO cache_repo (org, repo, entries, size_bytes) VALUES ($1, $2, 0, 0) ON CONFLICT (org, repo) DO NOTHING", organization, repository);
        return EntryPlaceSql.FindRepo(sql, organization, repository) ?? throw new InvalidOperationException("There is no repository.");
    }

    /// <summary>For an entry that was just inserted.</summary>
    public static void AddLayer(SqlSession sql, long repo, long entry, Digest layer, long sizeBytes)
    {
        long id, entries, bytes;
        using (var rows = sql.Query(
            """
            INSERT INTO cache_layer (repo, layer, size_bytes, entries) VALUES ($1, $2, $3, 1)
            ON CONFLICT (repo, layer) DO UPDATE SET entries = cache_layer.entries + 1
            RETURNING id, entries, size_bytes
            """, repo, layer.ToString(), sizeBytes))
        {
            (id, entries, bytes) = rows.Read() ? (rows.Integer(0), rows.Integer(1), rows.Integer(2)) : throw new InvalidOperationException("A layer has no id.");
            _ = rows.Read();
        }

        sql.Execute("INSERT INTO cache_entry_layer (entry, layer) VALUES ($1, $2)", entry, id);
        if (entries == 1)
        {
            sql.Execute("UPDATE cache_repo SET size_bytes = size_bytes + $2 WHERE id = $1", repo, bytes);
        }
    }

    public static void CountEntry(SqlSession sql, long repo) => sql.Execute("UPDATE cache_repo SET entries = entries + 1 WHERE id = $1", repo);

    /// <summary>For an entry that was just retired.</summary>
    /// <returns>The bytes that no live entry of the repository needs now.</returns>
    public static long Release(SqlSession sql, long repo, long entry)
    {
        long freed;
        using (var rows = sql.Query(
            """
            SELECT coalesce(sum(cache_layer.size_bytes), 0) FROM cache_entry_layer JOIN cache_layer ON cache_layer.id = cache_entry_layer.layer
            WHERE cache_entry_layer.entry = $1 AND cache_layer.entries = 1
            """, entry))
        {
            freed = rows.Read() ? rows.Integer(0) : 0;
        }

        sql.Execute("UPDATE cache_layer SET entries = entries - 1 WHERE id IN (SELECT layer FROM cache_entry_layer WHERE entry = $1)", entry);
        sql.Execute("UPDATE cache_repo SET entries = entries - 1, size_bytes = size_bytes - $2 WHERE id = $1", repo, freed);
        return freed;
    }

    /// <summary>Whether a live entry that the reader sees has the layer, or one that it has restored before it was evicted.</summary>
    public static bool IsReadable(SqlSession sql, long repo, Digest layer, RunIdentity reader, IReadOnlySet<long> restored)
    {
        using var rows = sql.Query(
            """
            SELECT cache_entry.id, cache_entry.ref, cache_entry.trust, cache_entry.shareable * cache_entry.shares, cache_entry.state
            FROM cache_layer JOIN cache_entry_layer ON cache_entry_layer.layer = cache_layer.id JOIN cache_entry ON cache_entry.id = cache_entry_layer.entry
            WHERE cache_layer.repo = $1 AND cache_layer.layer = $2 AND cache_entry.trust >= $3
                AND NOT EXISTS (SELECT 1 FROM revoked_product WHERE revoked_product.kind = 0 AND revoked_product.id = cache_entry.id)
            ORDER BY cache_entry_layer.entry DESC
            """, repo, layer.ToString(), (long)reader.Trust);
        while (rows.Read())
        {
            var usable = rows.Text(4) is var state && (state is "live" || (state is "evicted" or "expired" && restored.Contains(rows.Integer(0))));
            if (usable && Visibility.Nearness(reader, new(reader.Organization, reader.Repository, rows.Text(1), (Trust)rows.Integer(2)), rows.Truth(3)) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Layers of live entries, of every organization.</summary>
    public static List<(string Organization, Digest Layer)> ListLive(SqlSession sql)
    {
        using var rows = sql.Query("SELECT cache_repo.org, cache_layer.layer FROM cache_layer JOIN cache_repo ON cache_repo.id = cache_layer.repo WHERE cache_layer.entries > 0");
        var layers = new List<(string, Digest)>();
        while (rows.Read())
        {
            layers.Add((rows.Text(0), Digest.Parse(rows.Text(1), null)));
        }

        return layers;
    }

    /// <summary>Layers that only entries out of use have, in their repository, and their bytes.</summary>
    public static List<(string Organization, Digest Layer, long SizeBytes)> ListUnneeded(SqlSession sql, CachePart part)
    {
        using var rows = sql.Query(
            """
            SELECT cache_repo.org, cache_layer.layer, cache_layer.size_bytes FROM cache_layer JOIN cache_repo ON cache_repo.id = cache_layer.repo
            WHERE cache_layer.entries = 0 AND ($1 IS NULL OR cache_repo.org = $1) AND ($2 IS NULL OR cache_repo.repo = $2)
            """, part.Organization, part.Repository);
        var layers = new List<(string, Digest, long)>();
        while (rows.Read())
        {
            layers.Add((rows.Text(0), Digest.Parse(rows.Text(1), null), rows.Integer(2)));
        }

        return layers;
    }
}
