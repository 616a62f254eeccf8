namespace Strata.Workflows.Expressions;

/// <summary>Ordered values.</summary>
public sealed class ArrayValue(IReadOnlyList<Value> items) : Value
{
    public override ValueKind Kind => ValueKind.Array;

    public IReadOnlyList<Value> Items => items;

    /// <summary>Made by <c>.*</c>: what is applied to it is applied to each item. Never leaves an evaluation.</summary>
    internal bool IsFiltered { get; init; }
}
