using System.Buffers.Text;
using Strata.Layers.Entries;

namespace Strata.Layers.Tar;

/// <summary>Times in extended headers: decimal seconds, any number of decimals, may be negative.</summary>
internal static class PaxTime
{
    private const int NanosecondDigits = 9;

    public static Timestamp Parse(ReadOnlySpan<byte> text)
    {
        var point = text.IndexOf((byte)'.');
        var whole = point < 0 ? text : text[..point];
        var negative = whole.StartsWith("-"u8);
        if (!Utf8Parser.TryParse(whole, out long seconds, out var used) || used != whole.Length || whole.StartsWith("+"u8))
        {
            throw new HostileArchiveException("An extended header is malformed: mtime is not a number.");
        }

        var nanoseconds = point < 0 ? 0u : Fraction(text[(point + 1)..]);
        if (negative && nanoseconds > 0)
        {
            return new(seconds == long.MinValue ? seconds : seconds - 1, 1_000_000_000 - nanoseconds); // -0.25 is 0.75 after -1
        }

        return new(seconds, nanoseconds);
    }

    /// <summary>Digits after the ninth are cut, as the kernel could not keep them.</summary>
    private static uint Fraction(ReadOnlySpan<byte> digits)
    {
        var nanoseconds = 0u;
        for (var i = 0; i < Math.Max(digits.Length, NanosecondDigits); i++)
        {
            var digit = i < digits.Length ? digits[i] : (byte)'0';
            if (digit is < (byte)'0' or > (byte)'9')
            {
                throw new HostileArchiveException("An extended header is malformed: mtime is not a number.");
            }

            if (i < NanosecondDigits)
            {
                nanoseconds = (nanoseconds * 10) + (uint)(digit - '0');
            }
        }

        return nanoseconds;
    }
}
