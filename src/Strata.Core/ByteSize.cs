using System.Globalization;

namespace Strata.Core;

/// <summary>A number of bytes. Written <c>512</c>, <c>500MB</c>, <c>20 GB</c> (powers of 1000) or <c>2GiB</c>, <c>512m</c>, <c>4g</c> (powers of 1024, as docker's).</summary>
public readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("tib", 1L << 40),
        ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000),
        ("k", 1L << 10), ("m", 1L << 20), ("g", 1L << 30), ("t", 1L << 40), ("b", 1),
    ];

    /// <summary>Accepts a decimal number and an optional unit, in any case. Negative or more than 8 EiB: false.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var number = text.AsSpan().Trim();
        var factor = 1L;
        foreach (var unit in Units)
        {
            if (number.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                factor = unit.Factor;
                number = number[..^unit.Suffix.Length].TrimEnd();
                break;
            }
        }

        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value > long.MaxValue / (decimal)factor)
        {
            return false;
        }

        size = new((long)(value * factor));
        return true;
    }

    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    /// <summary>For people: <c>1.5 GB</c>, powers of 1000, at most one decimal.</summary>
    public override string ToString()
    {
        if (Bytes < 1_000)
        {
            return $"{Bytes} B";
        }

        var (value, unit) = (Bytes / 1e3, 0);
        while (value >= 999.95 && unit < 3) // what would be shown as 1000
        {
            value /= 1e3;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {"kMGT"[unit]}B");
    }
}
