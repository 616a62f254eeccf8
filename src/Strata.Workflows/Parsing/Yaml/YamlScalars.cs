using System.Globalization;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>What a plain scalar means: YAML 1.2's core schema (§10.3.2), as GitHub reads it. So <c>on</c>, <c>yes</c> and dates are text.</summary>
internal static class YamlScalars
{
    public static YamlKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => YamlKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => YamlKind.Boolean,
        _ => TryNumber(text, out _) ? YamlKind.Number : YamlKind.Text,
    };

    public static double NumberOf(string text) => TryNumber(text, out var number) ? number : double.NaN;

    /// <summary>"G15" invariant, as expressions print numbers.</summary>
    public static string Format(double number) => number == 0 ? "0" : number.ToString("G15", CultureInfo.InvariantCulture);

    private static bool TryNumber(string text, out double number)
    {
        number = 0;
        return text[0] is (>= '0' and <= '9') or '-' or '+' or '.' && (TryRadix(text, out number) || TryDecimal(text, out number) || TrySpecial(text, out number));
    }

    private static bool TryRadix(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        if (text is not ['0', 'x' or 'o', .. { Length: > 0 } digits])
        {
            return false;
        }

        var radix = text[1] == 'x' ? 16 : 8;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return false;
            }

            number = (number * radix) + digit;
        }

        return true;
    }

    private static bool TryDecimal(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        var rest = text[0] is '-' or '+' ? text[1..] : text;
        var whole = Digits(ref rest);
        var fraction = 0;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = Digits(ref rest);
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (rest is ['e' or 'E', ..])
        {
            rest = rest is [_, '-' or '+', ..] ? rest[2..] : rest[1..];
            if (Digits(ref rest) == 0)
            {
                return false;
            }
        }

        return rest.IsEmpty && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static int Digits(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        var count = end < 0 ? rest.Length : end;
        rest = rest[count..];
        return count;
    }

    private static bool TrySpecial(string text, out double number)
    {
        number = text switch
        {
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            _ => 0,
        };
        return number != 0;
    }
}
