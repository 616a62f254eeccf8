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
    private protected Value()
    {
    }

    public abstract ValueKind Kind { get; }

    public static Value Null => NullValue.Instance;

    public static Value True => BooleanValue.True;

    public static Value False => BooleanValue.False;

    public static Value From(bool value) => value ? True : False;

    public static Value From(double value) => new NumberValue(value);

    /// <summary>Null gives <see cref="Null"/>.</summary>
    public static Value From(string? value) => value is null ? Null : value.Length == 0 ? StringValue.Empty : new StringValue(value);

    public static Value FromJson(JsonNode? node) => JsonConversion.FromJson(node);

    /// <summary>NaN and infinities become strings, as <c>strata eval</c> prints them.</summary>
    public JsonNode? ToJson() => JsonConversion.ToJson(this);

    /// <summary>False for false, 0, -0, NaN, '', null.</summary>
    public bool IsTruthy => this switch
    {
        NullValue => false,
        BooleanValue boolean => boolean.Value,
        NumberValue number => number.Value != 0 && !double.IsNaN(number.Value),
        StringValue text => text.Value.Length > 0,
        _ => true,
    };

    /// <summary>As interpolated into text: null is '', numbers "G15", 'Array', 'Object'.</summary>
    public string ToText() => Coercion.ToText(this);

    /// <summary>GitHub's coercion; unparsable text, arrays and objects are NaN.</summary>
    public double ToNumber() => Coercion.ToNumber(this);

    public static bool LooseEquals(Value left, Value right) => Coercion.LooseEquals(left, right);

    internal bool IsScalar => Kind < ValueKind.Array;

    /// <summary>For debuggers and test failures; <see cref="ToText"/> is what workflows see.</summary>
    public override string ToString() => Kind == ValueKind.String ? $"'{ToText()}'" : Kind == ValueKind.Null ? "null" : ToText();
}
