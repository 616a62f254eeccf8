using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Entries;

/// <summary>Why forks may not read an entry, as far as what is recorded tells it.</summary>
internal static class HiddenReason
{
    /// <returns>One line for people; null: they may.</returns>
    public static string? Of(SqlSession sql, CacheEntry entry)
    {
        if (entry.Shareable)
        {
            return null;
        }

        var (shareable, shares) = EntryPlaceSql.SharingOf(sql, entry.Id);
        return (shareable, shares) switch
        {
            (true, _) => Unshared(entry.Kind),
            (_, true) => Tainted(sql, entry),
            _ => $"{Unshared(entry.Kind)}; {Tainted(sql, entry)}",
        };
    }

    private static string Unshared(EntryKind kind) =>
        kind is EntryKind.Step ? "its step does not say share-with-forks: true" : "its cache says share-with-forks: false";

    private static string Tainted(SqlSession sql, CacheEntry entry)
    {
        foreach (var source in Derivations.ListSources(sql, new(ProductKind.CacheEntry, entry.Id)))
        {
            if (source.Kind is ProductKind.CacheEntry && EntrySql.Find(sql, source.Id) is { Shareable: false } hidden)
            {
                return $"its job used or made entry {hidden.Id} ('{hidden.Name}'), which they may not read";
            }
        }

        return "its job could read a secret, or stands on an image, an artifact or an entry that they may not use";
    }
}
