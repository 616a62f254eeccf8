namespace Strata.Execution.History;

/// <summary>Keeps the directories of the last runs.</summary>
internal static class RunRetention
{
    public const int Kept = 50;

    /// <summary>Deletes the oldest runs over the limit. Runs that still live stay; what cannot be deleted is left for the next time.</summary>
    public static void Prune(string dataDirectory, int kept)
    {
        var runs = Directory.GetDirectories(RunDirectory.RootOf(dataDirectory));
        Array.Sort(runs, StringComparer.Ordinal); // ids sort by time
        for (var i = 0; i < runs.Length - kept; i++)
        {
            try
            {
                if (!IsAlive(runs[i]))
                {
                    Directory.Delete(runs[i], recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next run tries again.
            }
        }
    }

    private static bool IsAlive(string run)
    {
        var path = Path.Combine(run, "lock");
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var held = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
