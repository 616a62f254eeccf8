using Strata.Caching.Explain;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Entries;

/// <summary>Why nothing was found, or only something near: one class, one line, and the smallest difference to what is nearest. Costs a few indexed reads.</summary>
internal static class MissReason
{
    /// <summary>So many of the newest of a name that may be seen are compared with.</summary>
    private const int NearestMax = 20;

    /// <summary>So many of the newest of a name are looked at for those: of a name that forks save without end, what is older is not told.</summary>
    private const int LooksMax = 5_000;

    public static CacheLookup OfPartial(CacheQuery query, CacheEntry entry, string restoreKey)
    {
        var difference = ManifestDifference.Between(entry.Manifest, query.Manifest);
        return new(
            LookupOutcome.Partial, entry, entry.Key, OutcomeClass.Partial,
            $"no entry of key '{query.Key}'; {(query.Purpose is UsePurpose.Restore ? "restored" : "found")} '{entry.Key}' from {entry.Scope} by restore key '{restoreKey}'", entry.Id, difference.Changes);
    }

    public static CacheLookup OfMiss(SqlSession sql, CacheQuery query, EntrySlot? slot, EntryPlace? expired)
    {
        if (expired is { } old)
        {
            return Miss(OutcomeClass.Expired, $"the entry of key '{query.Key}' is too old or was not used for too long", EntrySql.Get(sql, old.Id), query);
        }

        if (slot is { } known && (OfRetired(sql, query, known.Id) ?? OfForeign(sql, query, known.Id)) is { } exact)
        {
            return exact;
        }

        return EntryPlaceSql.FindRepo(sql, query.Reader.Organization, query.Reader.Repository) is { } repo && Nearest(sql, query, repo) is { } nearest
            ? nearest
            : new(LookupOutcome.Miss, null, null, OutcomeClass.NeverSaved, $"nothing that may be read here was ever saved for '{query.Name}'", null, []);
    }

    private static CacheLookup? OfRetired(SqlSession sql, CacheQuery query, long slot)
    {
        foreach (var entry in EntrySql.ListRetired(sql, slot, query.Key, NearestMax))
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
        var where = scope.Trust <= query.Reader.Trust ? $"by {scope}" : "in a scope";
        return new(
            LookupOutcome.Miss, null, null, OutcomeClass.Scope, $"the entry of key '{query.Key}' was saved {where}, which {Scope.Of(query.Reader)} may not read", null, []);
    }

    private static CacheLookup? Nearest(SqlSession sql, CacheQuery query, long repo)
    {
        (CacheEntry Entry, ManifestChanges Difference)? nearest = null;
        foreach (var id in Visible(sql, query, repo))
        {
            var entry = EntrySql.Get(sql, id);
            var difference = ManifestDifference.Between(entry.Manifest, query.Manifest);
            if (nearest is null || Weight(entry, difference, query) < Weight(nearest.Value.Entry, nearest.Value.Difference, query))
            {
                nearest = (entry, difference);
            }
        }

        if (nearest is not { } found)
        {
            return null;
        }

        var outcome = found.Entry.Identity != query.Identity ? OutcomeClass.Identity : found.Difference.Class is OutcomeClass.Identity ? OutcomeClass.Input : found.Difference.Class;
        var what = found.Difference.Changes is [var first, ..] ? $": {first}{(found.Difference.Changes.Count > 1 ? $" and {found.Difference.Changes.Count - 1} more" : "")}" : "";
        return new(LookupOutcome.Miss, null, null, outcome, $"no entry of key '{query.Key}'; the nearest, of run {found.Entry.Producer.RunId}, differs{what}", found.Entry.Id, found.Difference.Changes);
    }

    /// <summary>The newest of the name that the reader sees, whatever their state.</summary>
    private static List<long> Visible(SqlSession sql, CacheQuery query, long repo)
    {
        var ids = new List<long>(NearestMax);
        using var rows = EntryPlaceSql.Named(sql, repo, query.Kind, query.Name);
        for (var looks = 0; looks < LooksMax && ids.Count < NearestMax && rows.Read(); looks++)
        {
            if (EntryPlaceSql.Read(rows) is var place && place.NearnessTo(query.Reader) is not null)
            {
                ids.Add(place.Id);
            }
        }

        return ids;
    }

    /// <summary>Another identity is farther than any change of the key.</summary>
    private static int Weight(CacheEntry entry, ManifestChanges difference, CacheQuery query) =>
        difference.Changes.Count + (entry.Identity == query.Identity ? 0 : ManifestDifference.ChangesMax + 1);

    private static CacheLookup Miss(OutcomeClass outcome, string reason, CacheEntry nearest, CacheQuery query) =>
        new(LookupOutcome.Miss, null, null, outcome, reason, nearest.Id, ManifestDifference.Between(nearest.Manifest, query.Manifest).Changes);

    private static bool IsVisible(CacheEntry entry, RunIdentity reader) => Visibility.Nearness(reader, entry.Scope, entry.Shareable) is not null;
}
