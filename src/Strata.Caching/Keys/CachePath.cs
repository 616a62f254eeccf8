namespace Strata.Caching.Keys;

/// <summary>Paths of caches in one spelling. Lexical only: symlinks and <c>~</c> are resolved before, in the image.</summary>
public static class CachePath
{
    public const int LengthMax = 4096;

    /// <summary><c>/a//b/./c/../d/</c> is <c>/a/b/d</c>. Letters are left as they are: another case or normal form is another file.</summary>
    /// <exception cref="ArgumentException">It is not absolute, has a NUL, or is too long.</exception>
    public static string Normalize(string path)
    {
        if (path.Length is 0 or > LengthMax || path[0] != '/' || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("The path of a cache is absolute, without NUL, and of at most 4096 characters.", nameof(path));
        }

        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            switch (name)
            {
                case "" or ".":
                    break;
                case "..":
                    if (names.Count > 0)
                    {
                        names.RemoveAt(names.Count - 1);
                    }

                    break;
                default:
                    names.Add(name);
                    break;
            }
        }

        return $"/{string.Join('/', names)}";
    }

    /// <summary>Each once, in ordinal order.</summary>
    public static IReadOnlyList<string> SetOf(IEnumerable<string> paths) => [.. new SortedSet<string>(paths.Select(Normalize), StringComparer.Ordinal)];
}
