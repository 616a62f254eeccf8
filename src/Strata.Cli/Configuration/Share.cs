using System.Globalization;

namespace Strata.Cli.Configuration;

/// <summary>Parts of a whole as people write them.</summary>
internal static class Share
{
    /// <summary><c>5%</c>, <c>0.5 %</c> or <c>5</c>: of a hundred.</summary>
    /// <param name="share">0 to 1.</param>
    public static bool TryParse(string text, out double share)
    {
        var isPercentage = double.TryParse(text.AsSpan().Trim().TrimEnd('%').TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100;
        share = isPercentage ? percent / 100 : 0;
        return isPercentage;
    }
}
