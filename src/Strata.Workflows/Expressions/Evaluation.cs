namespace Strata.Workflows.Expressions;

/// <summary>One walk over a tree. Recursion is bounded by <see cref="Expression.DepthMax"/>, made text by <see cref="Expression.ResultBytesMax"/>.</summary>
internal sealed class Evaluation(IExpressionScope scope)
{
    private readonly TextBudget _budget = new();

    public Value Evaluate(Node node) => node switch
    {
        LiteralNode literal => literal.Value,
        ContextNode context => scope.GetContext(context.Name),
        NotNode not => Value.From(!Evaluate(not.Operand).IsTruthy),
        OperatorNode { Operator: BinaryOperator.And or BinaryOperator.Or } choice => EvaluateChoice(choice),
        OperatorNode comparison => Value.From(Compare(comparison)),
        IndexNode index => EvaluateIndex(index),
        CallNode call => call.Function.IsHost ? CallHost(call) : PureFunctions.Call(call, Evaluate, _budget),
        _ => Value.Null,
    };

    /// <summary>The first operand that decides, or the last.</summary>
    private Value EvaluateChoice(OperatorNode node)
    {
        var decides = node.Operator == BinaryOperator.Or;
        var value = Value.Null;
        foreach (var operand in node.Operands)
        {
            value = Evaluate(operand);
            if (value.IsTruthy == decides)
            {
                return value;
            }
        }

        return value;
    }

    private bool Compare(OperatorNode node)
    {
        var (left, right) = (Evaluate(node.Operands[0]), Evaluate(node.Operands[1]));
        return node.Operator switch
        {
            BinaryOperator.Equal => Coercion.LooseEquals(left, right),
            BinaryOperator.NotEqual => !Coercion.LooseEquals(left, right),
            BinaryOperator.Less => Coercion.Order(left, right) < 0,
            BinaryOperator.Greater => Coercion.Order(left, right) > 0,
            BinaryOperator.LessOrEqual => Coercion.LooseEquals(left, right) || Coercion.Order(left, right) < 0,
            _ => Coercion.LooseEquals(left, right) || Coercion.Order(left, right) > 0,
        };
    }

    private Value EvaluateIndex(IndexNode node)
    {
        var target = Evaluate(node.Target);
        if (node.Index is StarNode)
        {
            var items = new List<Value>();
            foreach (var part in Parts(target))
            {
                AddAll(items, part);
            }

            return new ArrayValue(items) { IsFiltered = true };
        }

        var index = Evaluate(node.Index);
        if (target is not ArrayValue { IsFiltered: true } filtered)
        {
            return Find(target, index) ?? Value.Null;
        }

        var found = new List<Value>();
        foreach (var item in filtered.Items)
        {
            if (Find(item, index) is { } value)
            {
                found.Add(value);
            }
        }

        return new ArrayValue(found) { IsFiltered = true };
    }

    /// <summary>What a star is applied to: the value, or each item of an earlier star's result.</summary>
    private static IReadOnlyList<Value> Parts(Value target) =>
        target is ArrayValue { IsFiltered: true } filtered ? filtered.Items : [target];

    private static void AddAll(List<Value> items, Value part)
    {
        if (part is ArrayValue array)
        {
            items.AddRange(array.Items);
        }
        else if (part is ObjectValue members)
        {
            foreach (var member in members.Members)
            {
                items.Add(member.Value);
            }
        }
    }

    private static Value? Find(Value target, Value index)
    {
        switch (target)
        {
            case ObjectValue members when index.IsScalar:
                var name = index.ToText();
                return members.Contains(name) ? members[name] : null;
            case ArrayValue array:
                var position = index.ToNumber();
                return position >= 0 && position < array.Items.Count ? array.Items[(int)position] : null; // false for NaN
            default:
                return null;
        }
    }

    private Value CallHost(CallNode call)
    {
        var arguments = new Value[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Evaluate(call.Arguments[i]);
        }

        return scope.Call(call.Function.LowerName, arguments);
    }
}
