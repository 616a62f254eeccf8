namespace Strata.Bench;

/// <summary>A root file system of busybox.</summary>
internal static class TinyTree
{
    public static async Task<string> MakeAsync(ThrowawayDirectory directory)
    {
        var root = directory.File("tiny");
        foreach (var name in (string[])["bin", "etc", "root", "tmp", "proc", "sys", "dev", "run", "workspace"])
        {
            Directory.CreateDirectory(Path.Combine(root, name));
        }

        File.Copy("/bin/busybox", Path.Combine(root, "bin/busybox"));
        foreach (var applet in (string[])["sh", "true", "awk", "cat", "echo", "find", "grep", "head", "ls", "mkdir", "rm", "seq", "sleep", "sort", "wc", "xargs"])
        {
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        }

        await Shell.RunAsync("tar --owner=0 --group=0 --numeric-owner -C tiny -cf tiny.tar .", directory.Path);
        return root;
    }
}
