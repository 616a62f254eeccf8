using Strata.Caching.Explain;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Entries;

/// <inheritdoc cref="ICacheEntries"/>
/// <param name="ttl">Since its last use, of an entry that does not say.</param>
public sealed class CacheEntries(Database database, TimeProvider time, IStoredLayers stored, TimeSpan ttl) : ICacheEntries
{
    public ValueTask<CacheLookup> FindAsync(CacheQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(database.Read(sql => Find(sql, query)));
        }
        catch (EnvironmentException e)
        {
            return new(CacheLookup.Failed(e.Message));
        }
    }

    public ValueTask<CacheBegin> BeginAsync(CacheDraft draft, LeaseToken lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(database.Read(sql => Begin(sql, draft, lease)));
        }
        catch (EnvironmentException)
        {
            return new(new CacheBegin.Begun()); // the commit will say what is wrong, if it still is
        }
    }

    public async ValueTask<CacheCommitOutcome> CommitAsync(CacheCommit commit, LeaseToken lease, CancellationToken cancellationToken)
    {
        var (writer, producer) = (commit.Draft.Writer, commit.Draft.Producer);
        if (lease.Name != $"attempt/{producer.RunId}/{producer.Job}/{producer.Attempt}")
        {
            return new CacheCommitOutcome.Refused("the lease is another attempt's");
        }

        var own = await stored.FindAsync(lease, writer.Organization, commit.Content.Layers(), cancellationToken).ConfigureAwait(false);
        try
        {
            return await database.WriteAsync(sql => new EntryCommit(commit, lease, own, time.GetUtcNow(), ttl).Run(sql), cancellationToken).ConfigureAwait(false);
        }
        catch (EnvironmentException e)
        {
            return new CacheCommitOutcome.Refused(e.Message);
        }
    }

    public ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(RunIdentity reader, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new(database.Read<IReadOnlySet<Digest>>(sql =>
            {
                var none = new HashSet<long>();
                return EntryPlaceSql.FindRepo(sql, reader.Organization, reader.Repository) is { } repo
                    ? layers.Where(layer => LayerSql.IsReadable(sql, repo, layer, reader, none)).ToHashSet()
                    : [];
            }));
        }
        catch (EnvironmentException)
        {
            return new(new HashSet<Digest>()); // then all of them are sent
        }
    }

    public async ValueTask<bool> RetireAsync(long id, EntryState state, string reason, CancellationToken cancellationToken)
    {
        if (state is EntryState.Live)
        {
            throw new ArgumentException("Nothing becomes live again.", nameof(state));
        }

        return await database.WriteAsync(sql => Retire(sql, id, state, reason), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<RefutationReport?> RefuteAsync(long id, Producer prover, string differences, CancellationToken cancellationToken) =>
        await database.WriteAsync(sql => Refutation.Refute(sql, id, prover, differences, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);

    public async ValueTask RecordAsync(JobCaches job, CancellationToken cancellationToken)
    {
        if (job.Uses.Count > 0)
        {
            await database.WriteAsync(sql => Record(sql, job), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask CountImagesAsync(RunIdentity identity, IReadOnlyList<ImageCount> images, CancellationToken cancellationToken) => await database.WriteAsync(
        sql =>
        {
            var repo = LayerSql.EnsureRepo(sql, identity.Organization, identity.Repository);
            foreach (var image in images)
            {
                ImageCountSql.Count(sql, repo, image);
            }

            return true;
        },
        cancellationToken).ConfigureAwait(false);

    private bool Retire(SqlSession sql, long id, EntryState state, string reason)
    {
        if (EntryRetirement.Retire(sql, id, state, reason, "retire", time.GetUtcNow()) is not { } retired)
        {
            return false;
        }

        AuditLog.Append(sql, [retired.Event]);
        return true;
    }

    private CacheLookup Find(SqlSession sql, CacheQuery query)
    {
        var search = new EntrySearch(sql, query.Reader, time.GetUtcNow(), ttl, query.MaxAge);
        var slot = EntryPlaceSql.FindSlot(sql, query.Reader, query.Kind, query.Identity.ToString());
        if (slot is { } known)
        {
            if (query.Kind is EntryKind.Step && Refutation.Find(sql, known.Id, query.Key, query.Reader) is { } refuted)
            {
                return MissReason.OfRetired(query, refuted);
            }

            if (search.FindExact(known.Id, query.Key) is { } exact)
            {
                return Hit(EntrySql.Get(sql, exact.Id));
            }

            foreach (var restoreKey in query.Kind is EntryKind.Dependency ? query.RestoreKeys : [])
            {
                if ((search.FindExact(known.Id, restoreKey) ?? search.FindPrefix(known.Id, restoreKey)) is { } near)
                {
                    return MissReason.OfPartial(query, EntrySql.Get(sql, near.Id), restoreKey);
                }
            }
        }

        return MissReason.OfMiss(sql, query, slot, search.Expired);
    }

    private static CacheLookup Hit(CacheEntry entry) =>
        new(LookupOutcome.Hit, entry, entry.Key, OutcomeClass.Hit, $"exact key, saved by run {entry.Producer.RunId} in {entry.Scope}", null, []);

    private CacheBegin Begin(SqlSession sql, CacheDraft draft, LeaseToken lease)
    {
        if (!lease.IsHeld(sql))
        {
            return new CacheBegin.LeaseLost();
        }

        var scope = Scope.Of(draft.Writer);
        return EntryPlaceSql.FindSlot(sql, draft.Writer, draft.Kind, draft.Identity.ToString()) is { } slot
            && EntrySql.FindLive(sql, slot.Id, scope, draft.Key) is { } entry && entry.Id != draft.Elsewhere
            && new EntrySearch(sql, draft.Writer, time.GetUtcNow(), ttl, null).FindExact(slot.Id, draft.Key) is { } usable && usable.Id == entry.Id
            ? new CacheBegin.Exists(entry)
            : new CacheBegin.Begun();
    }

    private bool Record(SqlSession sql, JobCaches job)
    {
        var (now, scope) = (time.GetUtcNow(), Scope.Of(job.Identity));
        var repo = LayerSql.EnsureRepo(sql, scope.Organization, scope.Repository);
        var events = new List<AuditEvent>();
        var restored = TimeSaved.Restored(job);
        foreach (var (name, differs) in job.Proofs)
        {
            ProofSql.Count(sql, repo, name, differs);
        }

        foreach (var use in job.Uses)
        {
            UseSql.AddLookup(sql, job, scope, use, now);
            UseSql.Count(sql, repo, use, TimeSaved.Of(sql, repo, job, use, restored));
            Sharing.Define(sql, repo, job.Identity, use.Query.Kind, job.Producer, use.Query.Name, use.SharesWithForks, now);
            if (use.Lookup.Entry is { } entry)
            {
                EntrySql.Touch(sql, entry.Id, now, EntryLife.ExpiresAt(entry.CreatedAt, now, entry.Ttl, entry.MaxAge));
            }

            AddEvents(events, job, use, now);
        }

        AuditLog.Append(sql, events);
        return true;
    }

    private static void AddEvents(List<AuditEvent> events, JobCaches job, CacheUse use, DateTimeOffset now)
    {
        var actor = $"{job.Producer.RunId}/{job.Producer.Job}/{job.Producer.Attempt}";
        var (organization, repository) = (job.Identity.Organization, job.Identity.Repository);
        if (use is { Purpose: UsePurpose.Restore, Lookup.Entry: { } entry })
        {
            events.Add(new(now, organization, repository, "cache.restore", actor, $"cache/{entry.Id}", $"'{use.Query.Name}' {use.Lookup.Class.NameOf()} '{entry.Key}' of {entry.Scope}"));
        }
        else if (use.Lookup.Class is OutcomeClass.Scope)
        {
            events.Add(new(now, organization, repository, "cache.deny", actor, use.Query.Key, $"'{use.Query.Name}': {use.Lookup.Reason}"));
        }

        if (use.Save is SaveOutcome.Blocked)
        {
            events.Add(new(now, organization, repository, "cache.deny", actor, use.Query.Key, $"'{use.Query.Name}' not saved: {use.SaveReason}"));
        }
    }
}
