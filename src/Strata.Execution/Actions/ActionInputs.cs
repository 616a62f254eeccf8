using Strata.Execution.Caches;
using Strata.Execution.Contexts;
using Strata.Execution.Steps;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Actions;

/// <summary>The <c>with:</c> of a step, evaluated.</summary>
internal sealed class ActionInputs
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private ActionInputs(KeyInputs key) => Key = key;

    /// <summary>What the input <c>key</c> reads.</summary>
    public KeyInputs Key { get; }

    /// <exception cref="ExpressionException">One cannot be evaluated.</exception>
    public static async Task<ActionInputs> EvaluateAsync(StepAction.BuiltIn action, LiveJob live, EvaluationScope scope)
    {
        var inputs = new ActionInputs(new(scope, live.Masker));
        foreach (var (name, value) in action.With)
        {
            inputs._values[name] = await live.EvaluateAsync(
                value.Value.Text, () => name.Equals("key", StringComparison.OrdinalIgnoreCase) ? inputs.Key.Evaluate(value.Value) : value.Value.EvaluateText(scope)).ConfigureAwait(false);
        }

        return inputs;
    }

    /// <summary>Null: not given, or empty.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    public bool Flag(string name) => string.Equals(Text(name), "true", StringComparison.OrdinalIgnoreCase);

    public IReadOnlyList<string> Lines(string name) => Text(name)?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
