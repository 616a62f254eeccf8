namespace Strata.Execution.Reporting;

/// <summary>What running jobs at once would save. For the summary; not in the report.</summary>
/// <param name="OneByOneMs">All jobs one after another.</param>
/// <param name="AtOnceMs">The longest chain of jobs that need each other: with room for all at once.</param>
public sealed record ParallelSavings(long OneByOneMs, long AtOnceMs)
{
    public long SavedMs => OneByOneMs - AtOnceMs;

    /// <param name="needs">Ids of needed jobs by job id, as in the workflow; free of cycles.</param>
    public static ParallelSavings Of(RunReport report, IReadOnlyDictionary<string, IReadOnlyList<string>> needs)
    {
        var longest = new Dictionary<string, long>(StringComparer.Ordinal); // of a job's combinations
        foreach (var job in report.Jobs)
        {
            longest[job.Id] = Math.Max(longest.GetValueOrDefault(job.Id), job.DurationMs);
        }

        var ends = new Dictionary<string, long>(StringComparer.Ordinal);
        return new(report.Jobs.Sum(j => j.DurationMs), longest.Count == 0 ? 0 : longest.Keys.Max(id => EndOf(id, longest, needs, ends)));
    }

    private static long EndOf(
        string id, Dictionary<string, long> longest, IReadOnlyDictionary<string, IReadOnlyList<string>> needs, Dictionary<string, long> ends)
    {
        if (ends.TryGetValue(id, out var known))
        {
            return known;
        }

        ends[id] = 0; // a cycle cannot be; if it were, it would end here
        var start = needs.TryGetValue(id, out var before) ? before.Select(n => EndOf(n, longest, needs, ends)).DefaultIfEmpty().Max() : 0;
        return ends[id] = start + longest.GetValueOrDefault(id);
    }
}
