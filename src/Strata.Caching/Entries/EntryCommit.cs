using Strata.Core;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Entries;

/// <summary>The one transaction that publishes (DESIGN §6).</summary>
/// <param name="stored">Layers that the attempt has itself stored.</param>
internal sealed class EntryCommit(CacheCommit commit, LeaseToken lease, IReadOnlySet<Digest> stored, DateTimeOffset now, TimeSpan ttl)
{
    private readonly CacheDraft _draft = commit.Draft;

    public CacheCommitOutcome Run(SqlSession sql)
    {
        if (!lease.IsHeld(sql))
        {
            return new CacheCommitOutcome.LeaseLost();
        }

        if (Refusal(sql) is { } refused)
        {
            AuditLog.Append(sql, [Event("cache.deny", refused)]);
            return new CacheCommitOutcome.Refused(refused);
        }

        var scope = Scope.Of(_draft.Writer);
        var slot = LayerSql.EnsureSlot(sql, scope.Organization, scope.Repository, _draft.Kind, _draft.Identity);
        if (EntrySql.FindLive(sql, slot.Id, scope, _draft.Key) is { } winner)
        {
            var isRevoked = Derivations.IsRevoked(sql, new Product(ProductKind.CacheEntry, winner.Id));
            var expired = winner.Id == _draft.Elsewhere ? "its layers are in another storage" : EntryPlace.Of(winner).WhyExpired(now, ttl, commit.MaxAge);
            if (!isRevoked && expired is null)
            {
                return winner.Producer == _draft.Producer && winner.Content.IsSameTreeAs(commit.Content)
                    ? new CacheCommitOutcome.Committed(winner) // our own, told once more
                    : new CacheCommitOutcome.LostRace(winner, !winner.Content.IsSameTreeAs(commit.Content));
            }

            var retired = EntryRetirement.Retire(sql, winner.Id, isRevoked ? EntryState.Revoked : EntryState.Expired, isRevoked ? "its run was revoked" : $"{expired}; saved anew", "save", now);
            AuditLog.Append(sql, retired is null ? [] : [retired.Event]);
        }

        return new CacheCommitOutcome.Committed(Publish(sql, slot));
    }

    private CacheEntry Publish(SqlSession sql, EntrySlot slot)
    {
        var shareable = commit.Shareable && commit.DerivedFrom.All(source => source.Kind is not ProductKind.CacheEntry || EntrySql.Get(sql, source.Id).Shareable);
        var shares = Sharing.OfCommit(sql, slot.Repo, commit, now);
        var id = EntrySql.Insert(sql, slot, commit, shareable, shares, now, EntryLife.ExpiresAt(now, now, commit.Ttl, commit.MaxAge));
        foreach (var layer in commit.Content.Layers())
        {
            LayerSql.AddLayer(sql, slot.Repo, id, layer, commit.LayerBytes.GetValueOrDefault(layer));
        }

        LayerSql.CountEntry(sql, slot.Repo);
        Derivations.Add(sql, new(ProductKind.CacheEntry, id), commit.DerivedFrom);
        AuditLog.Append(sql, [Event("cache.save", $"cache/{id} '{_draft.Name}' {commit.Content.SizeBytes} bytes in {Scope.Of(_draft.Writer)}")]);
        return EntrySql.Get(sql, id);
    }

    private string? Refusal(SqlSession sql)
    {
        if (CommitRules.Check(commit) is { } problem)
        {
            return problem;
        }

        if (Derivations.IsRevoked(sql, _draft.Producer.RunId))
        {
            return $"run {_draft.Producer.RunId} was revoked";
        }

        foreach (var source in commit.DerivedFrom)
        {
            if (Derivations.IsRevoked(sql, source))
            {
                return $"it stands on {source.Kind} {source.Id}, which was revoked";
            }

            if (source.Kind is ProductKind.CacheEntry && EntrySql.Find(sql, source.Id) is { } known && Refutation.IsTainted(known))
            {
                return $"it stands on cache entry {source.Id}: {known.RetiredReason}";
            }

            if (source.Kind is ProductKind.CacheEntry && !(EntrySql.Find(sql, source.Id) is { } entry && Visibility.Nearness(_draft.Writer, entry.Scope, entry.Shareable) is not null))
            {
                return $"it stands on a cache entry, {source.Id}, that there is not";
            }

            if (source.Kind is not ProductKind.CacheEntry && Tainted(sql, source) is { } taint)
            {
                return taint;
            }
        }

        return RefutedKey(sql) is { } reason ? $"its key is in quarantine: {reason}" : LayerRefusal(sql);
    }

    /// <summary>Artifacts stay when a proof refutes what they stand on: what is made of them is not to be found again.</summary>
    private static string? Tainted(SqlSession sql, Product source)
    {
        foreach (var below in Derivations.ListSources(sql, source))
        {
            if (below.Kind is ProductKind.CacheEntry && EntrySql.Find(sql, below.Id) is { } entry && Refutation.IsTainted(entry))
            {
                return $"it stands on {source.Kind} {source.Id}, and that on cache entry {entry.Id}: {entry.RetiredReason}";
            }
        }

        return null;
    }

    private string? RefutedKey(SqlSession sql) =>
        _draft.Kind is EntryKind.Step && EntryPlaceSql.FindSlot(sql, _draft.Writer, _draft.Kind, _draft.Identity.ToString()) is { } slot
            ? Refutation.Find(sql, slot.Id, _draft.Key, _draft.Writer)?.RetiredReason
            : null;

    /// <summary>What one only knows the digest of is as what there is not.</summary>
    private string? LayerRefusal(SqlSession sql)
    {
        HashSet<long>? restored = null;
        long? repo = null;
        foreach (var layer in commit.Content.Layers())
        {
            if (stored.Contains(layer))
            {
                continue;
            }

            repo ??= EntryPlaceSql.FindRepo(sql, _draft.Writer.Organization, _draft.Writer.Repository);
            restored ??= [.. commit.DerivedFrom.Where(static source => source.Kind is ProductKind.CacheEntry).Select(static source => source.Id)];
            if (repo is null || !LayerSql.IsReadable(sql, repo.Value, layer, _draft.Writer, restored))
            {
                return $"layer {layer} is not stored";
            }
        }

        return null;
    }

    private AuditEvent Event(string action, string detail) => new(
        now, _draft.Writer.Organization, _draft.Writer.Repository, action, $"{_draft.Producer.RunId}/{_draft.Producer.Job}/{_draft.Producer.Attempt}", _draft.Key, detail);
}
