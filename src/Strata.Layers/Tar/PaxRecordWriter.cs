using System.Globalization;
using System.Text;
using Strata.Layers.Entries;

namespace Strata.Layers.Tar;

/// <summary>What a ustar header has no place for, as pax records in a fixed order.</summary>
internal static class PaxRecordWriter
{
    public const int NameMax = 100;
    private const long IdMax = (1 << 21) - 1; // seven octal digits
    private const long NumberMax = (1L << 33) - 1; // eleven

    /// <returns>Empty where none is needed.</returns>
    public static byte[] For(LayerEntry entry, byte[] name)
    {
        var records = new List<byte>();
        if (name.Length > NameMax)
        {
            Add(records, "path"u8, name);
        }

        if (entry.Link.Length > NameMax)
        {
            Add(records, "linkpath"u8, entry.Link);
        }

        AddNumber(records, "size"u8, entry.Size, NumberMax);
        AddNumber(records, "uid"u8, entry.User, IdMax);
        AddNumber(records, "gid"u8, entry.Group, IdMax);
        if (entry.Modified is { Nanoseconds: not 0 } or { Seconds: < 0 or > NumberMax })
        {
            Add(records, "mtime"u8, Encoding.ASCII.GetBytes(Time(entry.Modified)));
        }

        if (entry.Kind is not EntryKind.HardLink) // they are its target's
        {
            foreach (var attribute in entry.Attributes)
            {
                Add(records, [.. "SCHILY.xattr."u8, .. attribute.Name], attribute.Value);
            }
        }

        return [.. records];
    }

    private static void AddNumber(List<byte> records, ReadOnlySpan<byte> key, long value, long max)
    {
        if (value > max)
        {
            Add(records, key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary><c>LENGTH KEY=VALUE\n</c>: the length counts its own digits.</summary>
    private static void Add(List<byte> records, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var rest = key.Length + value.Length + 3;
        var length = rest + 1;
        while (length != rest + Digits(length))
        {
            length = rest + Digits(length);
        }

        records.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length} ")));
        records.AddRange(key);
        records.Add((byte)'=');
        records.AddRange(value);
        records.Add((byte)'\n');
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>A fraction counts away from zero, as its sign does.</summary>
    private static string Time(Timestamp time)
    {
        const uint second = 1_000_000_000;
        var isNegative = time is { Seconds: < 0, Nanoseconds: > 0 };
        var (seconds, nanoseconds) = isNegative ? (-(time.Seconds + 1), second - time.Nanoseconds) : (time.Seconds, time.Nanoseconds);
        var fraction = nanoseconds == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{nanoseconds:d9}").TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{(isNegative ? "-" : "")}{seconds}{fraction}");
    }
}
