using System.Globalization;

namespace Strata.Core.Explain;

/// <summary>An input of a key that is not what it was.</summary>
/// <param name="Input">In words: <c>image</c>, <c>env NODE_ENV</c>, <c>hashFiles('package-lock.json')</c>.</param>
/// <param name="Before">For people, on one line; null: it was not there.</param>
/// <param name="After">As <paramref name="Before"/>; null: it is not there any more.</param>
public sealed record InputChange(string Input, string? Before, string? After)
{
    /// <summary>Of a text; of a long one the first line that is not the same, which says most.</summary>
    /// <param name="show">A text or a line of it for people, on one line.</param>
    public static InputChange OfText(string input, string before, string after, Func<string, string> show)
    {
        var (old, now) = (before.Split('\n'), after.Split('\n'));
        if (old.Length == 1 && now.Length == 1)
        {
            return new(input, show(before), show(after));
        }

        var line = 0;
        while (line < old.Length && line < now.Length && old[line] == now[line])
        {
            line++;
        }

        return new(
            string.Create(CultureInfo.InvariantCulture, $"{input}, line {line + 1}"), line < old.Length ? show(old[line]) : null, line < now.Length ? show(now[line]) : null);
    }

    public override string ToString() => $"{Input}: {Before ?? "not set"} → {After ?? "not set"}";
}
