namespace Strata.Workflows.Expressions;

/// <summary>A parsed expression.</summary>
internal abstract class Node
{
    /// <summary>Levels, this one included; at most <see cref="Expression.DepthMax"/>, so walking a tree is safe.</summary>
    public int Depth { get; protected init; } = 1;

    public virtual IReadOnlyList<Node> Children => [];

    protected static int DepthOver(IReadOnlyList<Node> children)
    {
        var deepest = 0;
        foreach (var child in children)
        {
            deepest = Math.Max(deepest, child.Depth);
        }

        return deepest + 1;
    }
}

internal sealed class LiteralNode(Value value) : Node
{
    public Value Value => value;
}

/// <param name="name">Lower case.</param>
internal sealed class ContextNode(string name) : Node
{
    public string Name => name;
}

/// <summary>The <c>*</c> of an index.</summary>
internal sealed class StarNode : Node;

internal sealed class IndexNode : Node
{
    public IndexNode(Node target, Node index)
    {
        (Target, Index) = (target, index);
        Depth = DepthOver(Children);
    }

    public Node Target { get; }

    public Node Index { get; }

    public override IReadOnlyList<Node> Children => [Target, Index];
}

internal sealed class CallNode : Node
{
    public CallNode(FunctionSignature function, IReadOnlyList<Node> arguments)
    {
        (Function, Arguments) = (function, arguments);
        Depth = DepthOver(arguments);
    }

    public FunctionSignature Function { get; }

    public IReadOnlyList<Node> Arguments { get; }

    public override IReadOnlyList<Node> Children => Arguments;
}

internal sealed class NotNode : Node
{
    public NotNode(Node operand)
    {
        Operand = operand;
        Depth = operand.Depth + 1;
    }

    public Node Operand { get; }

    public override IReadOnlyList<Node> Children => [Operand];
}

/// <summary>Two operands; <c>&amp;&amp;</c> and <c>||</c> have as many as are chained, so that long chains stay flat.</summary>
internal sealed class OperatorNode : Node
{
    public OperatorNode(BinaryOperator @operator, IReadOnlyList<Node> operands)
    {
        (Operator, Operands) = (@operator, operands);
        Depth = DepthOver(operands);
    }

    public BinaryOperator Operator { get; }

    public IReadOnlyList<Node> Operands { get; }

    public override IReadOnlyList<Node> Children => Operands;
}
