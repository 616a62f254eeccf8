using Strata.Caching.Explain;
using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>The entry of a name that differs least from what is looked for, of the newest that the reader sees, whatever their state. Bounded, so that a miss costs milliseconds however many entries there are.</summary>
internal static class NearestEntry
{
    /// <summary>Each is read and taken apart: more would be felt in each miss.</summary>
    private const int ComparedMax = 20;

    /// <summary>So many of the newest of a name are looked at for those: with a million entries more would be felt in each miss.</summary>
    private const int LooksMax = 500;

    /// <summary>Another identity is farther than any change of the key.</summary>
    private const int IdentityWeight = 1_000_000;

    /// <param name="slot">Of what is looked for; null: nothing was saved for its identity.</param>
    /// <returns>Its id.</returns>
    public static long? Find(SqlSession sql, CacheQuery query, long repo, EntrySlot? slot)
    {
        (long Id, int Weight)? nearest = null;
        using var distance = new ManifestDistance(query.Manifest);
        using var rows = EntryPlaceSql.Named(sql, repo, query.Kind, query.Name);
        var (looks, compared) = (0, 0);
        while (looks++ < LooksMax && compared < ComparedMax && nearest is not { Weight: <= 1 } && rows.Read())
        {
            var place = EntryPlaceSql.Read(rows);
            if (place.NearnessTo(query.Reader) is null)
            {
                continue;
            }

            var (identity, manifest) = EntryPlaceSql.ManifestOf(sql, place.Id);
            compared++;
            var weight = (distance.To(manifest) ?? IdentityWeight / 2) + (identity == slot?.Id ? 0 : IdentityWeight);
            if (nearest is null || weight < nearest.Value.Weight)
            {
                nearest = (place.Id, weight);
            }
        }

        return nearest?.Id;
    }
}
