using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Contexts;

/// <summary>Contexts and functions at one place of a run. Immutable: a condition may be asked again from another thread.</summary>
internal sealed class EvaluationScope : IExpressionScope
{
    private readonly Dictionary<string, Value> _contexts;
    private readonly IStatusFunctions _status;
    private readonly Func<IReadOnlyList<string>, string>? _hashFiles;

    private EvaluationScope(Dictionary<string, Value> contexts, IStatusFunctions status, Func<IReadOnlyList<string>, string>? hashFiles) =>
        (_contexts, _status, _hashFiles) = (contexts, status, hashFiles);

    public static EvaluationScope Empty { get; } = new(new(StringComparer.Ordinal), new StepStatusFunctions(RunStatus.Success, false), null);

    public EvaluationScope With(params (string Name, Value Value)[] contexts)
    {
        var all = new Dictionary<string, Value>(_contexts, StringComparer.Ordinal);
        foreach (var (name, value) in contexts)
        {
            all[name] = value;
        }

        return new(all, _status, _hashFiles);
    }

    public EvaluationScope With(IStatusFunctions status) => new(_contexts, status, _hashFiles);

    /// <param name="hashFiles">From patterns to the hash, hex, or '' without a match.</param>
    public EvaluationScope With(Func<IReadOnlyList<string>, string> hashFiles) => new(_contexts, _status, hashFiles);

    public Value GetContext(string name) => _contexts.TryGetValue(name, out var value) ? value : Value.Null;

    public Value Call(string function, IReadOnlyList<Value> arguments) => function switch
    {
        "success" => Value.From(_status.Success(arguments)),
        "failure" => Value.From(_status.Failure(arguments)),
        "cancelled" => Value.From(_status.Cancelled),
        "always" => Value.True,
        "hashfiles" when _hashFiles is not null => Value.From(_hashFiles([.. arguments.Select(a => a.ToText())])),
        _ => throw new ExpressionException($"{function}() has no meaning here."),
    };

    /// <summary>Such an expression reads files: it must run where they can be seen.</summary>
    public static bool ReadsFiles(string expression) => expression.Contains("hashfiles", StringComparison.OrdinalIgnoreCase);
}
