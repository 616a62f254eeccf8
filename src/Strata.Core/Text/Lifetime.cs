using System.Globalization;

namespace Strata.Core.Text;

/// <summary>Durations as users write them: <c>30s</c>, <c>10m</c>, <c>12h</c>, <c>7d</c>, <c>2w</c>, and sums such as <c>1d12h</c>.</summary>
public static class Lifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>False for anything else, for zero, and for more than ten years.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > 1_000_000)
            {
                return false;
            }

            TimeSpan? unit = rest[digits] switch
            {
                's' => TimeSpan.FromSeconds(1),
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                'w' => TimeSpan.FromDays(7),
                _ => null,
            };
            if (unit is null)
            {
                return false;
            }

            duration += unit.Value * count;
            if (duration > Longest)
            {
                return false;
            }

            rest = rest[(digits + 1)..];
        }

        return duration > TimeSpan.Zero;
    }

    /// <summary>As <see cref="TryParse"/> reads it: <c>7d</c>, <c>1d12h</c>. Less than a second is left out.</summary>
    public static string Write(TimeSpan duration)
    {
        (int Count, char Unit)[] parts = [(duration.Days, 'd'), (duration.Hours, 'h'), (duration.Minutes, 'm'), (duration.Seconds, 's')];
        var text = string.Concat(parts.Where(static part => part.Count > 0).Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.Count}{part.Unit}")));
        return text.Length > 0 ? text : "0s";
    }

    /// <summary>For people: <c>850 ms</c>, <c>12.3 s</c>, <c>4 m 05 s</c>, <c>2 h 03 m</c>, <c>2 d 03 h</c>. What rounds up to the next unit is shown in it.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = (long)Math.Round(duration.TotalSeconds);
        return duration switch
        {
            { TotalMilliseconds: < 999.5 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
            { TotalSeconds: < 59.95 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
            _ when seconds < 3_600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} m {seconds % 60:00} s"),
            _ when seconds < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600} h {seconds / 60 % 60:00} m"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400} d {seconds / 3_600 % 24:00} h"),
        };
    }
}
