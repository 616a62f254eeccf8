using System.Text.Json.Nodes;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Tests.Expressions;

/// <summary>Contexts from JSON, functions from a delegate; records what was called.</summary>
internal sealed class FakeScope(string contexts = "{}") : IExpressionScope
{
    private readonly ObjectValue _contexts = (ObjectValue)Value.FromJson(JsonNode.Parse(contexts));

    public Func<string, Value> OnCall { get; init; } = name => Value.From(name is "success" or "always");

    public List<string> Calls { get; } = [];

    public Value GetContext(string name) => _contexts[name];

    public Value Call(string function, IReadOnlyList<Value> arguments)
    {
        Calls.Add($"{function}({string.Join(", ", arguments.Select(argument => argument.ToText()))})");
        return OnCall(function);
    }
}

internal static class ExpressionText
{
    public static Expression Parse(string text)
    {
        var (expression, problems) = Expression.Parse(text, null);
        problems.ShouldBeEmpty();
        return expression!;
    }

    public static Value Evaluate(string text, string contexts = "{}") => Parse(text).Evaluate(new FakeScope(contexts));

    /// <summary>The value as JSON text, with its kind clear from the JSON.</summary>
    public static string EvaluateJson(string text, string contexts = "{}") => Evaluate(text, contexts).ToJson()?.ToJsonString() ?? "null";

    public static ExpressionProblem Problem(string text, ExpressionSite? site = null) => Expression.Parse(text, site).Problems.ShouldHaveSingleItem();
}
