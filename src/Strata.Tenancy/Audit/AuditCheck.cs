using Strata.Metadata;

namespace Strata.Tenancy.Audit;

/// <param name="BrokenCount">Batches that are not as they were written, or do not follow the one before.</param>
/// <param name="Broken">The first of them, at most <see cref="AuditCheck.ListedMax"/>.</param>
public sealed record AuditReport(long Batches, long Events, long BrokenCount, IReadOnlyList<BrokenBatch> Broken);

public sealed record BrokenBatch(string Organization, long Number);

/// <summary>Recomputes the seals of all batches of all organizations, page by page. What was cut off at the end of a chain it cannot see.</summary>
public static class AuditCheck
{
    public const int ListedMax = 100;

    private const int PageMax = 200;

    /// <exception cref="DatabaseException">The database cannot be used.</exception>
    public static AuditReport Run(Database database, CancellationToken cancellationToken)
    {
        var (batches, events, brokenCount, broken) = (0L, 0L, 0L, new List<BrokenBatch>());
        AuditBatch? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = database.Read(sql => AuditSql.Batches(sql, last?.Organization ?? "", last?.Number ?? long.MinValue, PageMax));
            if (page.Count == 0)
            {
                return new(batches, events, brokenCount, broken);
            }

            foreach (var batch in page)
            {
                var (count, isSound) = database.Read(sql => Check(sql, batch, last?.Organization == batch.Organization ? last : null));
                (batches, events, last) = (batches + 1, events + count, batch);
                if (!isSound)
                {
                    brokenCount++;
                    if (broken.Count < ListedMax)
                    {
                        broken.Add(new(batch.Organization, batch.Number));
                    }
                }
            }
        }
    }

    private static (int Events, bool IsSound) Check(SqlSession sql, AuditBatch batch, AuditBatch? before)
    {
        var events = AuditSql.EventsOf(sql, batch.Id, batch.Organization);
        return (events?.Count ?? 0, events is not null && batch.Number == (before?.Number ?? 0) + 1 && batch.Previous == (before?.Seal ?? AuditLog.Origin) && batch.Events == events.Count
            && batch.Seal == AuditLog.SealOf(batch.Organization, batch.Number, batch.Previous, events));
    }
}
