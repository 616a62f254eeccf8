namespace Strata.Bench;

internal sealed class ThrowawayDirectory : IDisposable
{
    public ThrowawayDirectory() => System.IO.File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101); // podman's and jobs' ids pass through

    public string Path { get; } = Directory.CreateTempSubdirectory("strata-bench-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
