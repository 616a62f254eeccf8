using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>
/// What restoring saved, measured: what the job's steps took the last time it had to do without the cache, less what they took now; divided by the caches it restored. Of a build-output cache what the step took
/// that made the entry. May be less than nothing. Restoring and saving are counted on their own.
/// </summary>
internal static class TimeSaved
{
    /// <param name="restored">How many dependency caches the job restored.</param>
    /// <returns>Null: it is not known.</returns>
    public static TimeSpan? Of(SqlSession sql, long repo, JobCaches job, CacheUse use, int restored)
    {
        if (use.Query.Kind is EntryKind.Step)
        {
            return use.Lookup is { Outcome: LookupOutcome.Hit, Entry: { } entry } ? entry.Spent : null;
        }

        if (job.Work is not { } work || use.Purpose is not UsePurpose.Restore)
        {
            return null;
        }

        if (use.Lookup.Entry is not null)
        {
            return BaselineSql.Find(sql, repo, use.Query.Name, job.Producer.Job) is { } without ? (without - work) / restored : null;
        }

        BaselineSql.Set(sql, repo, use.Query.Name, job.Producer.Job, work);
        return null;
    }

    public static int Restored(JobCaches job) =>
        job.Uses.Count(static use => use is { Query.Kind: EntryKind.Dependency, Purpose: UsePurpose.Restore, Lookup.Entry: not null });
}
