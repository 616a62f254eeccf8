using System.Text;

namespace Strata.Execution.Jobs;

/// <summary>GitHub's limits of job outputs: 1 MB a job, 50 MB a run. Safe for concurrent use.</summary>
internal sealed class OutputQuota
{
    public const long JobSizeMax = 1 << 20; // bytes
    public const long RunSizeMax = 50 << 20; // bytes

    private long _used;

    /// <returns>Why none of the outputs may be handed on, or null: they are counted then.</returns>
    public string? Take(IReadOnlyDictionary<string, string> outputs)
    {
        var size = 0L;
        foreach (var (name, value) in outputs)
        {
            size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        if (size > JobSizeMax)
        {
            return $"the job's outputs are {size} bytes: at most 1 MiB is handed on. Write large results to an artifact.";
        }

        if (Interlocked.Add(ref _used, size) <= RunSizeMax)
        {
            return null;
        }

        Interlocked.Add(ref _used, -size);
        return "the outputs of all jobs are over 50 MiB: those of this job are not handed on.";
    }
}
