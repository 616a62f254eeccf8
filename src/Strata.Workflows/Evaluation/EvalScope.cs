using Strata.Workflows.Expressions;

namespace Strata.Workflows.Evaluation;

/// <summary>The contexts a user gave; what a run would know is assumed to be a job that has succeeded so far.</summary>
internal sealed class EvalScope(ObjectValue contexts, Func<IReadOnlyList<string>, string>? hashFiles) : IExpressionScope
{
    public Value GetContext(string name) => name switch
    {
        "strata" when !contexts.Contains("strata") => contexts["github"],
        "github" when !contexts.Contains("github") => contexts["strata"],
        _ => contexts[name],
    };

    public Value Call(string function, IReadOnlyList<Value> arguments) => function switch
    {
        "always" => Value.True,
        "success" => Value.From(JobStatus == "success"),
        "failure" => Value.From(JobStatus == "failure"),
        "cancelled" => Value.From(JobStatus == "cancelled"),
        _ => HashFiles(arguments),
    };

    private string JobStatus =>
        contexts["job"] is ObjectValue job && job["status"] is { Kind: ValueKind.String } status
            ? status.ToText().ToLowerInvariant()
            : "success";

    private Value HashFiles(IReadOnlyList<Value> arguments) => hashFiles is null
        ? throw new ExpressionException("hashFiles has no workspace to look into here.")
        : Value.From(hashFiles([.. arguments.Select(argument => argument.ToText())]));
}
