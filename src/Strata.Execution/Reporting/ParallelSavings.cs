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
        var (oneByOne, atOnce) = (0L, 0L);
        foreach (var job in report.Jobs)
        {
            oneByOne += job.DurationMs;
            atOnce = Math.Max(atOnce, EndOf(job.Id, longest, needs, ends));
        }

        return new(oneByOne, atOnce);
    }

    private static long EndOf(
        string id, Dictionary<string, long> longest, IReadOnlyDictionary<string, IReadOnlyList<string>> needs, Dictionary<string, long> ends)
    {
        if (ends.TryGetValue(id, out var known))
        {
            return known;
        }

        ends[id] = 0; // a cycle cannot be; if it were, it would end here
        var start = 0L;
        foreach (var before in needs.TryGetValue(id, out var needed) ? needed : [])
        {
            start = Math.Max(start, EndOf(before, longest, needs, ends));
        }

        return ends[id] = start + longest.GetValueOrDefault(id);
    }
}
