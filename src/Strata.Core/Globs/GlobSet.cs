namespace Strata.Core.Globs;

/// <summary>Patterns in order: each adds what it matches, or with <c>!</c> takes it away again. Without a pattern that adds, nothing matches.</summary>
public sealed class GlobSet
{
    public const int PatternsMax = 1_000;

    private readonly IReadOnlyList<GlobPattern> _patterns;

    private GlobSet(IReadOnlyList<GlobPattern> patterns)
    {
        _patterns = patterns;
        SearchPaths = SearchPathsOf(patterns);
    }

    public IReadOnlyList<GlobPattern> Patterns => _patterns;

    /// <summary>Where a walk has to begin, in pattern order; none is beneath another. An empty one is the workspace; one may name a file, or nothing.</summary>
    public IReadOnlyList<string> SearchPaths { get; }

    /// <param name="patterns">Each may have several lines; blank ones and those that begin with <c>#</c> count for nothing.</param>
    /// <param name="root">As in <see cref="GlobPattern.Parse"/>.</param>
    /// <returns>The set is null iff there are problems.</returns>
    public static (GlobSet? Set, IReadOnlyList<GlobProblem> Problems) Parse(IEnumerable<string> patterns, string? root = null)
    {
        var parsed = new List<GlobPattern>();
        var problems = new List<GlobProblem>();
        const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var line in patterns.SelectMany(text => text.Split('\n', Trimmed)))
        {
            if (line[0] == '#')
            {
                continue;
            }

            if (parsed.Count == PatternsMax)
            {
                problems.Add(new(line, $"There are more than {PatternsMax} patterns."));
                break;
            }

            var (pattern, problem) = GlobPattern.Parse(line, root);
            if (pattern is not null)
            {
                parsed.Add(pattern);
            }
            else
            {
                problems.Add(problem!);
            }
        }

        return problems.Count == 0 ? (new(parsed), []) : (null, problems);
    }

    /// <exception cref="ArgumentException">There are too many.</exception>
    public static GlobSet Of(IReadOnlyList<GlobPattern> patterns) =>
        patterns.Count <= PatternsMax ? new(patterns) : throw new ArgumentException($"There are more than {PatternsMax} patterns.", nameof(patterns));

    /// <inheritdoc cref="GlobPattern.Matches"/>
    public bool Matches(ReadOnlySpan<char> path, bool isDirectory = false)
    {
        // The last pattern that matches decides.
        for (var i = _patterns.Count - 1; i >= 0; i--)
        {
            if (_patterns[i].Matches(path, isDirectory))
            {
                return !_patterns[i].IsExclusion;
            }
        }

        return false;
    }

    /// <summary>False only if nothing beneath the directory matches: a walk may leave it out.</summary>
    public bool MayMatchBelow(ReadOnlySpan<char> directory)
    {
        for (var i = _patterns.Count - 1; i >= 0; i--)
        {
            var pattern = _patterns[i];
            if (pattern.IsExclusion ? pattern.Covers(directory) : pattern.MayMatchBelow(directory))
            {
                return !pattern.IsExclusion;
            }
        }

        return false;
    }

    /// <summary>True only if everything beneath the directory matches: a walk need not ask there.</summary>
    public bool CoversBelow(ReadOnlySpan<char> directory)
    {
        for (var i = _patterns.Count - 1; i >= 0; i--)
        {
            var pattern = _patterns[i];
            if (pattern.IsExclusion ? pattern.MayMatchBelow(directory) : pattern.Covers(directory))
            {
                return !pattern.IsExclusion;
            }
        }

        return false;
    }

    /// <summary>
    /// Those that match, in glob order, as hashFiles wants them: search path after search path in pattern order, and in each as a
    /// depth-first walk meets them that visits the names of a directory in byte order.
    /// </summary>
    /// <remarks>The order of @actions/glob on Linux, where reading a directory gives sorted names.</remarks>
    /// <param name="files">Relative paths, none twice, in any order; fastest as such a walk meets them.</param>
    public IReadOnlyList<string> Select(IEnumerable<string> files)
    {
        var groups = SearchPaths.Select(_ => new List<string>()).ToArray();
        foreach (var file in files)
        {
            if (Matches(file))
            {
                groups[SearchPathOf(file)].Add(file);
            }
        }

        foreach (var group in groups)
        {
            if (!IsInOrder(group)) // a walk mostly is: comparing costs more than matching
            {
                group.Sort((left, right) => GlobOrder.Compare(left, right));
            }
        }

        return [.. groups.SelectMany(group => group)];
    }

    private static bool IsInOrder(List<string> files)
    {
        for (var i = 1; i < files.Count; i++)
        {
            if (GlobOrder.Compare(files[i - 1], files[i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Of a path that matches: it is beneath one of them.</summary>
    private int SearchPathOf(string path)
    {
        var i = 0;
        while (!IsAtOrBelow(path, SearchPaths[i]))
        {
            i++;
        }

        return i;
    }

    private static List<string> SearchPathsOf(IReadOnlyList<GlobPattern> patterns)
    {
        var all = patterns.Where(pattern => !pattern.IsExclusion).Select(pattern => pattern.SearchPath).Distinct().ToList();
        return all.FindAll(path => !all.Exists(other => other != path && IsAtOrBelow(path, other)));
    }

    private static bool IsAtOrBelow(string path, string ancestor) =>
        ancestor.Length == 0
        || (path.StartsWith(ancestor, StringComparison.Ordinal) && (path.Length == ancestor.Length || path[ancestor.Length] == '/'));
}
