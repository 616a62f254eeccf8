namespace Strata.Bench;

internal static class PageCache
{
    /// <summary>Of the whole machine: pages, names and inodes.</summary>
    public static Task DropAsync() => Shell.RunAsync("sync; echo 3 >/proc/sys/vm/drop_caches", "/");
}
