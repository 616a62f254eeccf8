namespace Strata.Bench;

/// <summary>A tree of 50,000 files, 40 a directory.</summary>
internal static class ManyFiles
{
    public const int Count = 50_000;

    public static IEnumerable<string> Names() => Enumerable.Range(0, Count).Select(i => $"d{i / 40 % 50}/e{i / 2000}/f{i}.txt");

    /// <param name="sizeMean">Of a file, in bytes; sizes are even between nothing and twice that. Half of each compresses well.</param>
    public static void Make(string root, int sizeMean)
    {
        var random = new Random(1);
        var content = new byte[sizeMean * 2];
        foreach (var name in Names())
        {
            var path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var size = random.Next(content.Length);
            random.NextBytes(content.AsSpan(0, size / 2));
            content.AsSpan(size / 2, size - (size / 2)).Fill((byte)'x');
            File.WriteAllBytes(path, content[..size]);
        }
    }
}
