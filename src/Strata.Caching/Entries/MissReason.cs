using Strata.Caching.Explain;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Entries;

/// <summary>Why nothing was found, or only something near: one class, one line, and the smallest difference to what is nearest. Costs a few indexed reads.</summary>
internal static class MissReason
{
    /// <summary>So many that had the key are looked at.</summary>
    private const int RetiredMax = 20;

    public static CacheLookup OfPartial(CacheQuery query, CacheEntry entry, string restoreKey)
    {
        var difference = ManifestDifference.Between(entry.Manifest, query.Manifest);
        return new(
            LookupOutcome.Partial, entry, entry.Key, OutcomeClass.Partial,
            $"no entry of key '{query.Key}'; {(query.Purpose is UsePurpose.Restore ? "restored" : "found")} '{entry.Key}' from {entry.Scope} by restore key '{restoreKey}'", entry.Id, difference.Changes);
    }

    public static CacheLookup OfMiss(SqlSession sql, CacheQuery query, EntrySlot? slot, (EntryPlace Entry, string Why)? expired)
    {
        if (expired is var (old, why))
        {
            return Miss(OutcomeClass.Expired, $"the entry of key '{query.Key}' is expired: {why}", EntrySql.Get(sql, old.Id), query);
        }

        if (slot is { } known && (OfRetired(sql, query, known.Id) ?? OfForeign(sql, query, known.Id)) is { } exact)
        {
            return exact;
        }

        return EntryPlaceSql.FindRepo(sql, query.Reader.Organization, query.Reader.Repository) is { } repo && NearestEntry.Find(sql, query, repo, slot) is { } nearest
            ? Nearest(sql, query, nearest)
            : new(LookupOutcome.Miss, null, null, OutcomeClass.NeverSaved, $"nothing that may be read here was ever saved for '{query.Name}'{Renamed(query)}", null, []);
    }

    /// <summary>The key of a step does not hold its name, by which its entries are told apart here.</summary>
    private static string Renamed(CacheQuery query) =>
        query.Kind is EntryKind.Step ? "; what another job or step saved counts only if its key is the same" : "";

    private static CacheLookup? OfRetired(SqlSession sql, CacheQuery query, long slot)
    {
        foreach (var entry in EntrySql.ListRetired(sql, slot, query.Key, RetiredMax))
        {
            if (IsVisible(entry, query.Reader))
            {
                return OfRetired(query, entry);
            }
        }

        return null;
    }

    public static CacheLookup OfRetired(CacheQuery query, CacheEntry entry)
    {
        var outcome = entry.State switch
        {
            EntryState.Evicted => OutcomeClass.Evicted,
            EntryState.Quarantined => OutcomeClass.Quarantined,
            EntryState.Revoked => OutcomeClass.Revoked,
            _ => OutcomeClass.Expired,
        };
        return Miss(outcome, $"the entry of key '{query.Key}' was {EntrySql.NameOf(entry.State)}: {entry.RetiredReason}", entry, query);
    }

    /// <summary>Somebody else's: told by its scope only to those who are trusted as much.</summary>
    private static CacheLookup? OfForeign(SqlSession sql, CacheQuery query, long slot)
    {
        EntryPlace place;
        using (var rows = EntryPlaceSql.Anywhere(sql, slot, query.Key))
        {
            if (!rows.Read())
            {
                return null;
            }

            place = EntryPlaceSql.Read(rows);
        }

        if (place.NearnessTo(query.Reader) is not null && Derivations.IsRevoked(sql, new Product(ProductKind.CacheEntry, place.Id)))
        {
            return Miss(OutcomeClass.Revoked, $"the entry of key '{query.Key}' was revoked", EntrySql.Get(sql, place.Id), query);
        }

        var scope = new Scope(query.Reader.Organization, query.Reader.Repository, place.Ref, place.Trust);
        var where = scope.Trust <= query.Reader.Trust ? $"in {scope}, which" : "in a scope that";
        return new(
            LookupOutcome.Miss, null, null, OutcomeClass.Scope, $"the entry of key '{query.Key}' was saved {where} {Scope.Of(query.Reader)} may not read", null, []);
    }

    private static CacheLookup Nearest(SqlSession sql, CacheQuery query, long id)
    {
        var entry = EntrySql.Get(sql, id);
        var difference = ManifestDifference.Between(entry.Manifest, query.Manifest);
        var outcome = entry.Identity != query.Identity ? OutcomeClass.Identity
            : query.Kind is EntryKind.Dependency && difference.Class is OutcomeClass.Identity ? OutcomeClass.Input
            : difference.Class;
        var what = difference.Changes is [var first, ..] ? $": {first}{(difference.Changes.Count > 1 ? $" and {difference.Changes.Count - 1} more" : "")}" : "";
        return new(LookupOutcome.Miss, null, null, outcome, $"no entry of key '{query.Key}'; the nearest, of run {entry.Producer.RunId}, differs{what}", id, difference.Changes);
    }

    private static CacheLookup Miss(OutcomeClass outcome, string reason, CacheEntry nearest, CacheQuery query) =>
        new(LookupOutcome.Miss, null, null, outcome, reason, nearest.Id, ManifestDifference.Between(nearest.Manifest, query.Manifest).Changes);

    private static bool IsVisible(CacheEntry entry, RunIdentity reader) => Visibility.Nearness(reader, entry.Scope, entry.Shareable) is not null;
}
