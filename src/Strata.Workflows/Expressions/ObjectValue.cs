namespace Strata.Workflows.Expressions;

/// <summary>Members in order; names ignore case. A missing member reads as null.</summary>
/// <remarks>Where two names differ in case alone (variables of Linux), both are kept; the exact spelling is found first, else the earlier member.</remarks>
public sealed class ObjectValue(IEnumerable<KeyValuePair<string, Value>> members) : Value
{
    private const int ScanMax = 8; // members; below it a scan is faster than building an index

    private Dictionary<string, int>? _index; // built on first use; a race builds it twice, both alike

    public static ObjectValue Empty { get; } = new([]);

    public override ValueKind Kind => ValueKind.Object;

    public IReadOnlyList<KeyValuePair<string, Value>> Members { get; } = [.. members];

    public Value this[string name] => Find(name) is >= 0 and var index ? Members[index].Value : Null;

    public bool Contains(string name) => Find(name) >= 0;

    private int Find(string name)
    {
        if (Members.Count <= ScanMax)
        {
            return Scan(name);
        }

        _index ??= BuildIndex();
        return _index.TryGetValue(name, out var index) ? index : _index.Count == Members.Count ? -1 : Scan(name);
    }

    private int Scan(string name)
    {
        var found = -1;
        for (var i = 0; i < Members.Count; i++)
        {
            if (string.Equals(Members[i].Key, name, StringComparison.Ordinal))
            {
                return i;
            }

            if (found < 0 && string.Equals(Members[i].Key, name, StringComparison.OrdinalIgnoreCase))
            {
                found = i;
            }
        }

        return found;
    }

    /// <summary>Names that occur in several spellings stay out: for them the members are scanned.</summary>
    private Dictionary<string, int> BuildIndex()
    {
        var index = new Dictionary<string, int>(Members.Count, StringComparer.OrdinalIgnoreCase);
        HashSet<string>? several = null;
        for (var i = 0; i < Members.Count; i++)
        {
            if (!index.TryAdd(Members[i].Key, i))
            {
                (several ??= new(StringComparer.OrdinalIgnoreCase)).Add(Members[i].Key);
            }
        }

        foreach (var name in several ?? [])
        {
            index.Remove(name);
        }

        return index;
    }
}
