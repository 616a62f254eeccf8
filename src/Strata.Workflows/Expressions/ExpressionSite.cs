namespace Strata.Workflows.Expressions;

/// <summary>What an expression may name at one key of the workflow (GitHub's "context availability" table).</summary>
/// <param name="Contexts">Lower case.</param>
/// <param name="Functions">Lower case; only host functions (success, failure, always, cancelled, hashFiles): the pure ones are always available.</param>
public sealed record ExpressionSite(IReadOnlySet<string> Contexts, IReadOnlySet<string> Functions)
{
    /// <summary>Whether success() and failure() may name jobs.</summary>
    public bool StatusOfJobs { get; init; }
}

/// <summary>Why a text is no expression.</summary>
/// <param name="Position">1-based character in the text that was parsed.</param>
public sealed record ExpressionProblem(int Position, string Message, string? Help);

/// <summary>What an expression is evaluated against.</summary>
public interface IExpressionScope
{
    /// <summary>The context of that lower-case name; Value.Null where this key has none.</summary>
    Value GetContext(string name);

    /// <summary>success, failure, always, cancelled, hashfiles (lower case), arguments evaluated.</summary>
    /// <exception cref="ExpressionException">The call cannot be answered.</exception>
    Value Call(string function, IReadOnlyList<Value> arguments);
}

/// <summary>Evaluation failed: fromJSON of bad JSON, format with a bad index, a too long result.</summary>
public sealed class ExpressionException(string message) : Exception(message);
