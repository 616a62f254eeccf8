namespace Strata.Bench;

internal sealed class ThrowawayDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("strata-bench-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
