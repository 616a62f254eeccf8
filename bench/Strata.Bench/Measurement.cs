using System.Diagnostics;

namespace Strata.Bench;

/// <summary>Times of one contender, in milliseconds.</summary>
internal sealed record Samples(string Name, IReadOnlyList<double> Milliseconds)
{
    public double Median { get; } = MedianOf(Milliseconds);

    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>
/// Contenders in turn, A B C A B C …, after a warm-up of each: on a noisy machine only the ratio of neighbours means something.
/// </summary>
internal static class Measurement
{
    public static Task<IReadOnlyList<Samples>> InTurnAsync(int rounds, params (string Name, Func<Task> Run)[] contenders) =>
        InTurnAsync(rounds, static () => Task.CompletedTask, contenders);

    /// <param name="prepare">Before each of them; its time does not count.</param>
    public static async Task<IReadOnlyList<Samples>> InTurnAsync(int rounds, Func<Task> prepare, params (string Name, Func<Task> Run)[] contenders)
    {
        foreach (var contender in contenders)
        {
            await prepare();
            await contender.Run();
        }

        var times = contenders.Select(_ => new List<double>(rounds)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contenders.Length; i++)
            {
                await prepare();
                var start = Stopwatch.GetTimestamp();
                await contenders[i].Run();
                times[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return [.. contenders.Select((contender, i) => new Samples(contender.Name, times[i]))];
    }

    /// <summary>Median of the ratios pair by pair.</summary>
    public static double Ratio(Samples a, Samples b) => Samples.MedianOf(a.Milliseconds.Zip(b.Milliseconds, (x, y) => x / y));

    /// <summary>By how much the median of a contender's times may be off, as a part of it: how one time differs from the next, over the square root of how many there are.</summary>
    public static double Noise(Samples samples) =>
        Samples.MedianOf(samples.Milliseconds.Zip(samples.Milliseconds.Skip(1), static (x, y) => Math.Abs((x / y) - 1))) / Math.Sqrt(samples.Milliseconds.Count);

    /// <summary>Median of the differences pair by pair, in milliseconds.</summary>
    public static double Difference(Samples a, Samples b) => Samples.MedianOf(a.Milliseconds.Zip(b.Milliseconds, (x, y) => x - y));
}
