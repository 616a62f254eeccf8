using Strata.Layers.Trees;

namespace Strata.Images.BaseSystems;

/// <summary>Where a base system is put together: in memory where there is plenty (measured: half the time), else in the data directory.</summary>
internal static class BuildScratch
{
    private const long NeededBytes = 4L << 30; // the default image takes 1.1 GB with its downloads
    private const string Memory = "/dev/shm";

    public static void RemoveLeftovers(string dataDirectory)
    {
        ScratchDirectory.RemoveLeftovers(Memory);
        ScratchDirectory.RemoveLeftovers(Path.Combine(dataDirectory, "tmp"));
    }

    public static bool IsMemory(string directory) => directory == Memory;

    public static string Choose(string dataDirectory, bool allowMemory)
    {
        if (allowMemory && ScratchDirectory.CanUse(Memory) && AvailableMemory() >= 2 * NeededBytes && Directory.Exists(Memory)
            && new DriveInfo(Memory) is { DriveFormat: "tmpfs", AvailableFreeSpace: >= NeededBytes })
        {
            return Memory;
        }

        return Directory.CreateDirectory(Path.Combine(dataDirectory, "tmp")).FullName;
    }

    private static long AvailableMemory()
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)
                && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
                && long.TryParse(kilobytes, out var value))
            {
                return value << 10;
            }
        }

        return 0;
    }
}
