using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Entries;

/// <summary>What refuting an entry came to.</summary>
/// <param name="Entries">That stood on it and are out of use with it, at any depth.</param>
/// <param name="Marked">What else stands on it, and stays: artifacts. In the audit log.</param>
/// <param name="Runs">That published any of these.</param>
public sealed record RefutationReport(IReadOnlyList<long> Entries, IReadOnlyList<Product> Marked, IReadOnlyList<string> Runs);

/// <summary>
/// A proof ran the step of an entry again, and it made something else. Nobody knows which of the two is right, so the key is in quarantine: as long as the entry's row is kept, no entry of the key is found
/// or made, and the step runs each time.
/// </summary>
internal static class Refutation
{
    private const string Proof = "a proof failed";
    private const string Standing = "it stands on a step that a proof refuted";
    private const int RowsMax = 20;

    /// <summary>The newest refuted entry of a key that the reader may see. Null: there is none.</summary>
    public static CacheEntry? Find(SqlSession sql, long slot, string key, RunIdentity reader) =>
        EntrySql.ListRetired(sql, slot, key, RowsMax).Find(entry => IsRefuted(entry) && Visibility.Nearness(reader, entry.Scope, entry.Shareable) is not null);

    /// <summary>Itself, or what it stands on.</summary>
    public static bool IsTainted(CacheEntry entry) => IsRefuted(entry) || Has(entry, Standing);

    /// <param name="prover">The attempt that ran it again.</param>
    /// <param name="differences">One line for people.</param>
    /// <returns>Null: it was not live.</returns>
    public static RefutationReport? Refute(SqlSession sql, long id, Producer prover, string differences, DateTimeOffset now)
    {
        var actor = $"{prover.RunId}/{prover.Job}/{prover.Attempt}";
        if (EntryRetirement.Retire(sql, id, EntryState.Quarantined, $"{Proof} in run {prover.RunId}: {differences}", actor, now) is not { } retired)
        {
            return null;
        }

        var (organization, repository, entry) = (retired.Event.Organization, retired.Event.Repository, EntrySql.Get(sql, id));
        var events = new List<AuditEvent> { retired.Event, Event("run.doubt", $"run/{entry.Producer.RunId}", $"made cache/{id} '{entry.Name}', which a proof refuted: {differences}") };
        var (entries, marked, runs) = (new List<long>(), new List<Product>(), new SortedSet<string>(StringComparer.Ordinal));
        foreach (var product in Derivations.ListDerived(sql, new(ProductKind.CacheEntry, id)))
        {
            if (product.Kind is not ProductKind.CacheEntry)
            {
                marked.Add(product);
                events.Add(Event("product.doubt", $"{product.Kind}/{product.Id}", $"stands on cache/{id} '{entry.Name}', which a proof refuted"));
            }
            else if (EntryRetirement.Retire(sql, product.Id, EntryState.Quarantined, $"{Standing} in run {prover.RunId}: cache/{id} '{entry.Name}'", actor, now) is { } derived)
            {
                entries.Add(product.Id);
                events.Add(derived.Event);
                runs.Add(EntrySql.Get(sql, product.Id).Producer.RunId);
            }
        }

        AuditLog.Append(sql, events);
        return new(entries, marked, [.. runs]);

        AuditEvent Event(string action, string subject, string detail) => new(now, organization, repository, action, actor, subject, detail);
    }

    private static bool IsRefuted(CacheEntry entry) => Has(entry, Proof);

    private static bool Has(CacheEntry entry, string reason) =>
        entry.State is EntryState.Quarantined && entry.RetiredReason?.StartsWith(reason, StringComparison.Ordinal) == true;
}
