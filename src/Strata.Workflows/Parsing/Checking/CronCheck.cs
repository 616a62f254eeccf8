using System.Globalization;

namespace Strata.Workflows.Parsing.Checking;

/// <summary>POSIX cron: five fields of *, numbers, names, ranges, steps and lists.</summary>
internal static class CronCheck
{
    private static readonly (string Name, int Min, int Max)[] Fields =
        [("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7)];

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <returns>Why not, as a clause; null if it is a schedule.</returns>
    public static string? Problem(string cron)
    {
        var parts = cron.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            return $"it has {parts.Length} fields, not five.";
        }

        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var item in parts[i].Split(','))
            {
                if (!IsItem(item, i))
                {
                    return $"'{item}' is no {Fields[i].Name} ({Fields[i].Min}–{Fields[i].Max}).";
                }
            }
        }

        return null;
    }

    private static bool IsItem(string item, int field)
    {
        var slash = item.IndexOf('/');
        if (slash >= 0 && !(int.TryParse(item.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step > 0))
        {
            return false;
        }

        var range = slash < 0 ? item : item[..slash];
        if (range == "*")
        {
            return true;
        }

        var dash = range.IndexOf('-');
        return dash < 0
            ? ValueOf(range, field) >= 0
            : ValueOf(range[..dash], field) is >= 0 and var from && ValueOf(range[(dash + 1)..], field) is >= 0 and var to && from <= to;
    }

    /// <summary>-1 when it is no value of that field.</summary>
    private static int ValueOf(string text, int field)
    {
        var name = field switch
        {
            3 => Array.FindIndex(Months, month => month.Equals(text, StringComparison.OrdinalIgnoreCase)) + 1,
            4 => Array.FindIndex(Days, day => day.Equals(text, StringComparison.OrdinalIgnoreCase)),
            _ => -1,
        };
        if ((field == 3 && name > 0) || (field == 4 && name >= 0))
        {
            return name;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= Fields[field].Min && value <= Fields[field].Max
            ? value
            : -1;
    }
}
