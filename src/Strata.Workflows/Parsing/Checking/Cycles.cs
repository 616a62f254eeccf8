namespace Strata.Workflows.Parsing.Checking;

/// <summary>Cycles in a graph of names. Each node is reported in one cycle at most.</summary>
internal static class Cycles
{
    /// <returns>Each cycle as the path back to its first name: a, b, a.</returns>
    public static List<IReadOnlyList<string>> Find(IReadOnlyList<string> names, IReadOnlyDictionary<string, IReadOnlyList<string>> edges)
    {
        List<IReadOnlyList<string>> cycles = [];
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            Visit(name, [], done, edges, cycles);
        }

        return cycles;
    }

    /// <remarks>Recursion is bounded by the number of names (at most 512 jobs).</remarks>
    private static void Visit(
        string name, List<string> path, HashSet<string> done, IReadOnlyDictionary<string, IReadOnlyList<string>> edges, List<IReadOnlyList<string>> cycles)
    {
        var start = path.IndexOf(name);
        if (start >= 0)
        {
            cycles.Add([.. path.Skip(start), name]);
            return;
        }

        if (done.Contains(name) || !edges.TryGetValue(name, out var next))
        {
            return;
        }

        path.Add(name);
        foreach (var other in next)
        {
            Visit(other, path, done, edges, cycles);
        }

        path.RemoveAt(path.Count - 1);
        done.Add(name);
    }
}
