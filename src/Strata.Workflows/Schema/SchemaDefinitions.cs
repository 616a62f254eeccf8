namespace Strata.Workflows.Schema;

/// <summary>Each mapping with known keys is written once, under the last word of its name.</summary>
internal sealed class SchemaDefinitions
{
    private readonly Dictionary<ObjectShape, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<ObjectShape> _pending = new();

    public string Reference(ObjectShape shape)
    {
        if (!_names.TryGetValue(shape, out var name))
        {
            var word = shape.Name[(shape.Name.LastIndexOf(' ') + 1)..];
            name = word;
            for (var i = 2; _names.ContainsValue(name); i++)
            {
                name = $"{word}-{i}";
            }

            _names[shape] = name;
            _pending.Enqueue(shape);
        }

        return $"#/$defs/{name}";
    }

    public bool TryNext(out string name, out ObjectShape shape)
    {
        name = "";
        if (_pending.TryDequeue(out shape!))
        {
            name = _names[shape];
            return true;
        }

        return false;
    }
}
