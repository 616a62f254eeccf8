namespace Strata.Core.Text;

/// <summary>"Did you mean …?" for names a user mistyped.</summary>
public static class Suggestion
{
    private const int NameLengthMax = 64; // longer names are not typos of ours; also bounds the work for hostile input

    /// <summary>The known name nearest to <paramref name="name"/> (case ignored), or null when none is near enough to be meant.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > NameLengthMax)
        {
            return null;
        }

        var limit = Math.Max(1, name.Length / 3);
        string? best = null;
        foreach (var candidate in known)
        {
            if (Math.Abs(candidate.Length - name.Length) > limit)
            {
                continue;
            }

            var distance = Distance(name, candidate);
            var sharesSomething = distance < Math.Max(name.Length, candidate.Length);
            if (distance <= limit && sharesSomething && (best is null || distance < Distance(name, best)))
            {
                best = candidate;
            }
        }

        return best;
    }

    /// <summary>Optimal string alignment distance: insert, delete, replace, swap of neighbours; case ignored.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    least = Math.Min(least, rows[i - 2, j - 2] + 1);
                }

                rows[i, j] = least;
            }
        }

        return rows[a.Length, b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
