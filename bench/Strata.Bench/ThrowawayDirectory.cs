namespace Strata.Bench;

internal sealed class ThrowawayDirectory : IDisposable
{
    public ThrowawayDirectory() => System.IO.File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101); // podman's and jobs' ids pass through

    public string Path { get; } = Directory.CreateTempSubdirectory("strata-bench-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        foreach (var mount in System.IO.File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1]).Where(at => at.StartsWith(Path, StringComparison.Ordinal)))
        {
            using var unmount = System.Diagnostics.Process.Start("umount", mount); // podman binds its storage onto itself
            unmount.WaitForExit();
        }

        Directory.Delete(Path, recursive: true);
    }
}
