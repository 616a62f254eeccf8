namespace Strata.Workflows.Expressions;

internal sealed class NullValue : Value
{
    public static readonly NullValue Instance = new();

    public override ValueKind Kind => ValueKind.Null;
}

internal sealed class BooleanValue(bool value) : Value
{
    public static new readonly BooleanValue True = new(true);
    public static new readonly BooleanValue False = new(false);

    public override ValueKind Kind => ValueKind.Boolean;

    public bool Value => value;
}

internal sealed class NumberValue(double value) : Value
{
    public override ValueKind Kind => ValueKind.Number;

    public double Value => value;
}

internal sealed class StringValue(string value) : Value
{
    public static readonly StringValue Empty = new("");

    public override ValueKind Kind => ValueKind.String;

    public string Value => value;
}
