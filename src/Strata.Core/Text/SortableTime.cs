using System.Globalization;
using System.Text;

namespace Strata.Core.Text;

/// <summary>UTC to the second, as names of runs begin: <c>20260102-030405</c>.</summary>
public static class SortableTime
{
    /// <summary>Written as bytes: the other way is compiled at each start.</summary>
    public static string Of(DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        _ = time.UtcDateTime.TryFormat(text, out var length, "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetString(text[..length]);
    }
}
