using System.Globalization;

namespace Strata.Workflows.Expressions;

/// <summary>How values turn into each other and compare: JavaScript's loose rules, with text compared ordinally, ignoring case.</summary>
internal static class Coercion
{
    public static string ToText(Value value) => value switch
    {
        NullValue => "",
        BooleanValue { Value: true } => "true",
        BooleanValue => "false",
        NumberValue { Value: 0 } => "0", // also for -0
        NumberValue number => number.Value.ToString("G15", CultureInfo.InvariantCulture),
        StringValue text => text.Value,
        ArrayValue => "Array",
        _ => "Object",
    };

    public static double ToNumber(Value value) => value switch
    {
        NullValue => 0,
        BooleanValue boolean => boolean.Value ? 1 : 0,
        NumberValue number => number.Value,
        StringValue text => ParseNumber(text.Value),
        _ => double.NaN,
    };

    /// <summary>NaN for what is no number.</summary>
    public static double ParseNumber(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.IsEmpty)
        {
            return 0;
        }

        return text switch
        {
            ['0', 'x', .. { Length: > 0 } digits] => ParseInteger(digits, 16),
            ['0', 'o', .. { Length: > 0 } digits] => ParseInteger(digits, 8),
            "Infinity" or "+Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => ParseDecimal(text),
        };
    }

    /// <summary>.NET would also take "nan", "infinity" and "∞": those have no digit where a number begins.</summary>
    private static double ParseDecimal(ReadOnlySpan<char> text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var isNumber = text.TrimStart("+-.") is [>= '0' and <= '9', ..];
        return isNumber && double.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
    }

    private static double ParseInteger(ReadOnlySpan<char> digits, int radix)
    {
        var number = 0d;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiHexDigit(c) ? (c | ' ') - 'a' + 10 : radix;
            if (digit >= radix)
            {
                return double.NaN;
            }

            number = (number * radix) + digit;
        }

        return number;
    }

    public static bool LooseEquals(Value left, Value right)
    {
        if (left.Kind == right.Kind)
        {
            return (left, right) switch
            {
                (NullValue, _) => true,
                (BooleanValue a, BooleanValue b) => a.Value == b.Value,
                (NumberValue a, NumberValue b) => a.Value == b.Value,
                (StringValue a, StringValue b) => string.Equals(a.Value, b.Value, StringComparison.OrdinalIgnoreCase),
                _ => ReferenceEquals(left, right),
            };
        }

        return left.ToNumber() == right.ToNumber();
    }

    /// <summary>Null where the two have no order (NaN, arrays, objects, null with null).</summary>
    public static int? Order(Value left, Value right)
    {
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                return string.Compare(a.Value, b.Value, StringComparison.OrdinalIgnoreCase);
            case (NullValue, NullValue):
                return null;
            default:
                var (x, y) = (left.ToNumber(), right.ToNumber());
                return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
        }
    }
}
