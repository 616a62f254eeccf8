namespace Strata.Workflows.Conversion;

/// <summary>Finds the jobs that can be converted together, by halves: a job that spoils the file costs a few tries, not one for each job.</summary>
internal static class ConversionSelection
{
    private const int TriesMax = 64; // each parses the whole file

    /// <param name="works">Whether these jobs can be converted and no others.</param>
    public static List<JobConversion> Find(IReadOnlyList<JobConversion> all, Func<IReadOnlyList<JobConversion>, bool> works)
    {
        List<JobConversion> accepted = [];
        var tries = 0;
        Add(0, all.Count);
        return accepted;

        void Add(int from, int to)
        {
            if (from >= to || ++tries > TriesMax)
            {
                return;
            }

            List<JobConversion> candidate = [.. accepted, .. all.Skip(from).Take(to - from)];
            if (works(candidate))
            {
                accepted = candidate;
            }
            else if (to - from > 1)
            {
                var middle = (from + to) / 2;
                Add(from, middle);
                Add(middle, to);
            }
        }
    }
}
