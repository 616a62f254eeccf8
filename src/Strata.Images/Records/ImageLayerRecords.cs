using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Images.Records;

/// <inheritdoc cref="IImageLayerRecords"/>
internal sealed class ImageLayerRecords(Database database, TimeProvider time) : IImageLayerRecords
{
    private static readonly TimeSpan TouchInterval = TimeSpan.FromHours(1);

    /// <summary>For this long what is no longer live is kept, to explain builds with.</summary>
    private static readonly TimeSpan RetiredLifetime = TimeSpan.FromDays(30);

    public ValueTask<ImageLayerRecord?> FindAsync(Digest key, RunIdentity reader, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(sql =>
            Nearest(ImageLayerSql.PlacesOf(sql, key, reader), reader) is { } id ? ImageLayerSql.Get(sql, id) : null));
    }

    public ValueTask<ImageLayerRecord?> FindLatestAsync(string definition, int step, RunIdentity reader, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(sql =>
            Nearest(ImageLayerSql.PlacesOf(sql, definition, step, reader), reader) is { } id ? ImageLayerSql.Get(sql, id) : null));
    }

    public async ValueTask<PublishOutcome> PublishAsync(ImageLayerRecord record, Lease lease, bool replaces, CancellationToken cancellationToken)
    {
        if (lease.Token.Name != BuildLeases.NameOf(record.Scope, record.Key))
        {
            throw new ArgumentException("The lease is for another layer.", nameof(lease));
        }

        return await database.WriteAsync<PublishOutcome>(sql => Publish(sql, record, lease, replaces), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask TouchAsync(IReadOnlyList<(Digest Key, Scope Scope)> used, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (database.Read(sql => IsAnyStale(sql, used, now))) // nearly never: else nothing is written, and nothing waits for the disk
        {
            await database.WriteAsync(sql => Touch(sql, used, now), cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask<IReadOnlyList<ImageLayerRecord>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(ImageLayerSql.ListLive));
    }

    public async ValueTask<IReadOnlyList<bool>> EvictAsync(IReadOnlyList<Eviction> evictions, CancellationToken cancellationToken) =>
        evictions.Count == 0 ? [] : await database.WriteAsync(sql => Evict(sql, evictions, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> QuarantineAsync(Digest key, Scope scope, string reason, CancellationToken cancellationToken) =>
        await database.WriteAsync(sql => ImageLayerSql.Retire(sql, key, scope, "quarantined", reason, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);

    private static List<bool> Evict(SqlSession sql, IReadOnlyList<Eviction> evictions, DateTimeOffset now)
    {
        var evicted = new List<bool>(evictions.Count);
        foreach (var (key, scope, reason) in evictions)
        {
            evicted.Add(ImageLayerSql.Retire(sql, key, scope, "evicted", reason, now));
        }

        return evicted;
    }

    private static bool IsAnyStale(SqlSession sql, IReadOnlyList<(Digest Key, Scope Scope)> used, DateTimeOffset now)
    {
        for (var i = 0; i < used.Count; i++)
        {
            if (ImageLayerSql.IsStale(sql, used[i].Key, used[i].Scope, now, now - TouchInterval))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Touch(SqlSession sql, IReadOnlyList<(Digest Key, Scope Scope)> used, DateTimeOffset now)
    {
        for (var i = 0; i < used.Count; i++)
        {
            if (ImageLayerSql.IsStale(sql, used[i].Key, used[i].Scope, now, now - TouchInterval))
            {
                ImageLayerSql.Touch(sql, used[i].Key, used[i].Scope, now);
            }
        }

        return true;
    }

    private PublishOutcome Publish(SqlSession sql, ImageLayerRecord record, Lease lease, bool replaces)
    {
        if (!lease.Token.IsHeld(sql))
        {
            return new PublishOutcome.LeaseLost();
        }

        var sources = SourcesOf(sql, record);
        if (Derivations.IsRevoked(sql, record.Producer.RunId) || sources.Exists(source => Derivations.IsRevoked(sql, source)))
        {
            return new PublishOutcome.Revoked();
        }

        var now = time.GetUtcNow();
        RemoveRetired(sql, now - RetiredLifetime);
        if (replaces)
        {
            ImageLayerSql.Retire(sql, record.Key, record.Scope, "expired", "built again", now);
        }
        else if (ImageLayerSql.FindLiveId(sql, record.Key, record.Scope) is { } old && Derivations.IsRevoked(sql, new Product(ProductKind.ImageLayer, old)))
        {
            ImageLayerSql.Retire(sql, record.Key, record.Scope, "quarantined", "its run was revoked", now);
        }

        if (!ImageLayerSql.Insert(sql, record))
        {
            return new PublishOutcome.LostRace(ImageLayerSql.GetLive(sql, record.Key, record.Scope));
        }

        if (sources.Count > 0)
        {
            Derivations.Add(sql, new(ProductKind.ImageLayer, ImageLayerSql.FindLiveId(sql, record.Key, record.Scope)!.Value), sources);
        }

        return new PublishOutcome.Published();
    }

    private static List<Product> SourcesOf(SqlSession sql, ImageLayerRecord record)
    {
        var sources = new List<Product>();
        foreach (var source in record.StandsOn)
        {
            sources.AddRange(ImageLayerSql.IdsOf(sql, record.Scope.Organization, record.Scope.Repository, record.Scope.Trust, source)
                .Select(static id => new Product(ProductKind.ImageLayer, id)));
        }

        return sources;
    }

    /// <summary>What others stand on stays, or a revocation would not get past it.</summary>
    private static void RemoveRetired(SqlSession sql, DateTimeOffset before)
    {
        foreach (var id in ImageLayerSql.ListRetired(sql, before))
        {
            var product = new Product(ProductKind.ImageLayer, id);
            if (!Derivations.HasProducts(sql, product))
            {
                Derivations.Remove(sql, product);
                ImageLayerSql.Remove(sql, id);
            }
        }
    }

    /// <summary>Of those equally near the first.</summary>
    private static long? Nearest(IEnumerable<RecordPlace> places, RunIdentity reader)
    {
        var (found, nearest) = ((long?)null, int.MaxValue);
        foreach (var place in places)
        {
            if (Visibility.Nearness(reader, place.Scope, place.Shareable) is { } nearness && nearness < nearest)
            {
                (found, nearest) = (place.Id, nearness);
            }
        }

        return found;
    }
}
