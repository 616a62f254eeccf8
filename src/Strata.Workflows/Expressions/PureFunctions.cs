using System.Text;

namespace Strata.Workflows.Expressions;

/// <summary>The functions that need nothing from the run.</summary>
internal static class PureFunctions
{
    public static Value Call(CallNode call, Func<Node, Value> evaluate, TextBudget budget)
    {
        var arguments = call.Arguments;
        return call.Function.Name switch
        {
            "contains" => Value.From(Contains(evaluate(arguments[0]), evaluate(arguments[1]))),
            "startsWith" => Value.From(StartsWith(evaluate(arguments[0]), evaluate(arguments[1]))),
            "endsWith" => Value.From(EndsWith(evaluate(arguments[0]), evaluate(arguments[1]))),
            "join" => Value.From(Join(evaluate(arguments[0]), arguments.Count > 1 ? evaluate(arguments[1]) : Value.From(","), budget)),
            "format" => Value.From(
                FormatFunction.Format(evaluate(arguments[0]).ToText(), i => evaluate(arguments[i + 1]), arguments.Count - 1, budget)),
            "toJSON" => Value.From(JsonText.Write(evaluate(arguments[0]), budget)),
            "fromJSON" => JsonConversion.Parse(evaluate(arguments[0]).ToText()),
            _ => Case(arguments, evaluate),
        };
    }

    private static bool Contains(Value searched, Value item)
    {
        if (searched is ArrayValue array)
        {
            foreach (var candidate in array.Items)
            {
                if (Coercion.LooseEquals(candidate, item))
                {
                    return true;
                }
            }

            return false;
        }

        return searched.IsScalar && item.IsScalar && searched.ToText().Contains(item.ToText(), StringComparison.OrdinalIgnoreCase);
    }

    private static bool StartsWith(Value searched, Value prefix) =>
        searched.IsScalar && prefix.IsScalar && searched.ToText().StartsWith(prefix.ToText(), StringComparison.OrdinalIgnoreCase);

    private static bool EndsWith(Value searched, Value suffix) =>
        searched.IsScalar && suffix.IsScalar && searched.ToText().EndsWith(suffix.ToText(), StringComparison.OrdinalIgnoreCase);

    private static string Join(Value items, Value separator, TextBudget budget)
    {
        if (items is not ArrayValue array)
        {
            return items.IsScalar ? items.ToText() : "";
        }

        var between = separator.IsScalar ? separator.ToText() : ",";
        var result = new StringBuilder();
        for (var i = 0; i < array.Items.Count; i++)
        {
            var text = array.Items[i].ToText();
            budget.Spend(text.Length + between.Length);
            result.Append(i > 0 ? between : "").Append(text);
        }

        return result.ToString();
    }

    private static Value Case(IReadOnlyList<Node> arguments, Func<Node, Value> evaluate)
    {
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            if (evaluate(arguments[i]) is not BooleanValue chosen)
            {
                throw new ExpressionException(
                    $"Argument {i + 1} of 'case' is a condition and must be true or false; compare it with something, as in x == 'value'.");
            }

            if (chosen.Value)
            {
                return evaluate(arguments[i + 1]);
            }
        }

        return evaluate(arguments[^1]);
    }
}
