using System.Globalization;
using Strata.Core.Globs;
using Strata.Layers.Hashing;

namespace Strata.Bench;

/// <summary>hashFiles('**') against what a shell script would do.</summary>
internal static class HashFilesBench
{
    private const int Files = 50_000;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("hash-files", $"hashFiles('**') over {Files} files (0–16 KiB, 40 a directory), warm, against `find -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum`.");
        using var tree = new ThrowawayDirectory();
        Fill(tree.Path);
        var (globs, _) = GlobSet.Parse(["**"]);
        var samples = await Measurement.InTurnAsync(
            7,
            ("hashFiles", () => Task.FromResult(FileHasher.HashFiles(tree.Path, globs!, CancellationToken.None))),
            ("find | sort | xargs sha256sum", () => Shell.RunAsync("find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum", tree.Path)),
            ("find | xargs sha256sum", () => Shell.RunAsync("find . -type f -print0 | xargs -0 sha256sum >/dev/null", tree.Path)));
        result.Table(samples);
        var ratio = Measurement.Ratio(samples[2], samples[0]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0}× faster than find | xargs sha256sum (figure: ≥ 3)"), ratio >= 3);
        return result;
    }

    private static void Fill(string root)
    {
        var random = new Random(1);
        var content = new byte[16 << 10];
        for (var i = 0; i < Files; i++)
        {
            var directory = Path.Combine(root, $"d{i / 40 % 50}", $"e{i / 2000}");
            Directory.CreateDirectory(directory);
            random.NextBytes(content);
            File.WriteAllBytes(Path.Combine(directory, $"f{i}.txt"), content[..random.Next(content.Length)]);
        }
    }
}
