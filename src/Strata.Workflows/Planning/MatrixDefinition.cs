using Strata.Core.Text;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Planning;

/// <summary>A checked <c>strategy.matrix</c>.</summary>
internal sealed class MatrixDefinition
{
    // Bounds on the work, not on what comes out: excludes may thin out a product that is larger than the result may be.
    private const int CombinationsMax = 16_384;
    private const int EntriesMax = 1_024; // of include and of exclude

    private readonly List<KeyValuePair<string, IReadOnlyList<Value>>> _keys = [];
    private readonly List<ObjectValue> _excludes = [];
    private readonly List<ObjectValue> _includes = [];
    private readonly List<string> _problems = [];

    public IReadOnlyList<ObjectValue> Includes => _includes;

    public bool HasKey(string name) => _keys.Exists(key => string.Equals(key.Key, name, StringComparison.OrdinalIgnoreCase));

    public static (MatrixDefinition Definition, IReadOnlyList<string> Problems) Read(Value matrix)
    {
        var definition = new MatrixDefinition();
        if (matrix is ObjectValue members)
        {
            definition.ReadMembers(members);
        }
        else
        {
            definition._problems.Add($"The matrix must be a mapping of keys to lists of values, not {Describe(matrix)}.");
        }

        return (definition, definition._problems);
    }

    /// <summary>The cross product, first key slowest, less what is excluded.</summary>
    public IEnumerable<ObjectValue> Combinations()
    {
        var total = _keys.Count == 0 ? 0 : _keys.Aggregate(1, (product, key) => product * key.Value.Count);
        for (var number = 0; number < total; number++)
        {
            var members = new KeyValuePair<string, Value>[_keys.Count];
            var rest = number;
            for (var i = _keys.Count - 1; i >= 0; i--)
            {
                var (name, values) = _keys[i];
                members[i] = new(name, values[rest % values.Count]);
                rest /= values.Count;
            }

            var combination = new ObjectValue(members);
            if (!_excludes.Exists(filter => MatrixFilter.Matches(combination, filter)))
            {
                yield return combination;
            }
        }
    }

    private void ReadMembers(ObjectValue matrix)
    {
        foreach (var (name, value) in matrix.Members)
        {
            if (name is "include" or "exclude")
            {
                ReadEntries(name, value, name == "include" ? _includes : _excludes);
            }
            else
            {
                ReadKey(name, value);
            }
        }

        if (_keys.Count == 0 && _includes.Count == 0 && _problems.Count == 0)
        {
            _problems.Add("The matrix is empty: it needs a key with a list of values, or an include.");
        }

        var total = 1L;
        foreach (var key in _keys)
        {
            total = Math.Min(total * key.Value.Count, CombinationsMax + 1);
        }

        if (total > CombinationsMax)
        {
            _problems.Add(
                $"The matrix has more than {CombinationsMax} combinations before exclude; at most {MatrixExpansion.VectorsMax} jobs are allowed.");
        }

        CheckExcludes();
    }

    private void ReadKey(string name, Value value)
    {
        if (value is not ArrayValue values)
        {
            _problems.Add($"The matrix key '{name}' must have a list of values, not {Describe(value)}.");
        }
        else if (values.Items.Count == 0)
        {
            _problems.Add($"The matrix key '{name}' has an empty list: it needs at least one value.");
        }
        else if (HasKey(name))
        {
            _problems.Add($"The matrix key '{name}' occurs twice; names ignore case.");
        }
        else
        {
            _keys.Add(new(name, values.Items));
        }
    }

    private void ReadEntries(string name, Value value, List<ObjectValue> entries)
    {
        if (value is not ArrayValue list)
        {
            _problems.Add($"'{name}' of the matrix must be a list of mappings, not {Describe(value)}.");
            return;
        }

        if (list.Items.Count > EntriesMax)
        {
            _problems.Add($"'{name}' of the matrix has {list.Items.Count} entries; at most {EntriesMax} are allowed.");
            return;
        }

        for (var i = 0; i < list.Items.Count; i++)
        {
            switch (list.Items[i])
            {
                case ObjectValue { Members.Count: > 0 } entry:
                    entries.Add(entry);
                    break;
                case ObjectValue:
                    _problems.Add($"Entry {i + 1} of the matrix's '{name}' is empty.");
                    break;
                default:
                    _problems.Add($"Entry {i + 1} of the matrix's '{name}' must be a mapping, not {Describe(list.Items[i])}.");
                    break;
            }
        }
    }

    private void CheckExcludes()
    {
        foreach (var (name, _) in _excludes.SelectMany(exclude => exclude.Members))
        {
            if (!HasKey(name))
            {
                var hint = Suggestion.Nearest(name, _keys.Select(key => key.Key)) is { } nearest ? $" Did you mean '{nearest}'?" : "";
                _problems.Add($"'{name}' in the matrix's 'exclude' is no key of the matrix.{hint}");
            }
        }
    }

    private static string Describe(Value value) => value.Kind switch
    {
        ValueKind.Null => "nothing",
        ValueKind.Array => "a list",
        ValueKind.Object => "a mapping",
        ValueKind.Boolean => "a boolean",
        ValueKind.Number => "a number",
        _ => "a text",
    };
}
