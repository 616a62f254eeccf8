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
/// Contenders in turn, A B C C B A A B C …, after a warm-up of each: on a noisy machine only the ratio of neighbours means something, and whoever
/// always came after the same other would pay for what that one left behind.
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
            for (var turn = 0; turn < contenders.Length; turn++)
            {
                var i = round % 2 == 0 ? turn : contenders.Length - 1 - turn;
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

    /// <summary>
    /// Between what the median of the ratios lies with 95 % confidence or a little more: the order statistics that a binomial distribution gives (as of the sign
    /// test), whatever the times are distributed like. With fewer than six pairs there is none, and the bounds are the least and the greatest.
    /// </summary>
    public static (double Low, double High) RatioBounds(Samples a, Samples b)
    {
        double[] ratios = [.. a.Milliseconds.Zip(b.Milliseconds, static (x, y) => x / y).Order()];
        var (rank, probability, below) = (0, Math.Pow(0.5, ratios.Length), 0.0);
        while ((below += probability) <= 0.025)
        {
            rank++;
            probability *= (double)(ratios.Length - rank + 1) / rank;
        }

        rank = Math.Max(0, rank - 1);
        return (ratios[rank], ratios[^(rank + 1)]);
    }

    /// <summary>Median of the differences pair by pair, in milliseconds.</summary>
    public static double Difference(Samples a, Samples b) => Samples.MedianOf(a.Milliseconds.Zip(b.Milliseconds, (x, y) => x - y));
}
