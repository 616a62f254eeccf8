using System.Text.Json.Nodes;

namespace Strata.Workflows.Expressions;

public enum ValueKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A value of GitHub's expression language. Immutable. Arrays and objects are equal only by reference.</summary>
public abstract class Value
{
    public abstract ValueKind Kind { get; }

    public static Value Null => throw new NotImplementedException();

    public static Value True => throw new NotImplementedException();

    public static Value False => throw new NotImplementedException();

    public static Value From(bool value) => throw new NotImplementedException();

    public static Value From(double value) => throw new NotImplementedException();

    /// <summary>Null gives <see cref="Null"/>.</summary>
    public static Value From(string? value) => throw new NotImplementedException();

    public static Value FromJson(JsonNode? node) => throw new NotImplementedException();

    /// <summary>NaN and infinities become strings, as <c>strata eval</c> prints them.</summary>
    public JsonNode? ToJson() => throw new NotImplementedException();

    /// <summary>False for false, 0, -0, NaN, '', null.</summary>
    public bool IsTruthy => throw new NotImplementedException();

    /// <summary>As interpolated into text: null is '', numbers "G15", 'Array', 'Object'.</summary>
    public string ToText() => throw new NotImplementedException();

    /// <summary>GitHub's coercion; unparsable text, arrays and objects are NaN.</summary>
    public double ToNumber() => throw new NotImplementedException();

    public static bool LooseEquals(Value left, Value right) => throw new NotImplementedException();
}

/// <summary>Ordered values.</summary>
public sealed class ArrayValue(IReadOnlyList<Value> items) : Value
{
    public override ValueKind Kind => ValueKind.Array;

    public IReadOnlyList<Value> Items => items;
}

/// <summary>Members in order; names ignore case. A missing member reads as null.</summary>
public sealed class ObjectValue(IEnumerable<KeyValuePair<string, Value>> members) : Value
{
    public override ValueKind Kind => ValueKind.Object;

    public IReadOnlyList<KeyValuePair<string, Value>> Members { get; } = [.. members];

    public Value this[string name] => throw new NotImplementedException();

    public bool Contains(string name) => throw new NotImplementedException();
}
