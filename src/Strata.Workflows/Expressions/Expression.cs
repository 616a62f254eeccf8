namespace Strata.Workflows.Expressions;

/// <summary>What an expression may name at one key of the workflow (GitHub's "context availability" table).</summary>
/// <param name="Contexts">Lower case.</param>
/// <param name="Functions">Lower case; only host functions (success, failure, always, cancelled, hashFiles): the pure ones are always available.</param>
public sealed record ExpressionSite(IReadOnlySet<string> Contexts, IReadOnlySet<string> Functions);

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

/// <summary>One parsed expression, without its <c>${{ }}</c>. Immutable; evaluation is pure but for the scope.</summary>
public sealed class Expression
{
    public const int LengthMax = 21_000; // characters
    public const int DepthMax = 50;

    internal Expression(string text) => Text = text;

    public string Text { get; }

    /// <summary>Lower-case names of contexts it reads.</summary>
    public IReadOnlySet<string> Contexts => throw new NotImplementedException();

    /// <summary>Lower-case names of functions it calls.</summary>
    public IReadOnlySet<string> Functions => throw new NotImplementedException();

    /// <summary>Constant property paths it reads below a context, as <c>needs.build.outputs.x</c>, lower case (for checking names before a run).</summary>
    public IReadOnlyList<string> Paths => throw new NotImplementedException();

    /// <summary>Never throws for any text. A null site allows every context and function.</summary>
    public static (Expression? Expression, ExpressionProblem? Problem) Parse(string text, ExpressionSite? site) => throw new NotImplementedException();

    /// <exception cref="ExpressionException">Evaluation failed.</exception>
    public Value Evaluate(IExpressionScope scope) => throw new NotImplementedException();
}

/// <summary>Text with <c>${{ }}</c> parts, parsed once. A text that is one expression alone evaluates to that expression's value.</summary>
public sealed class Template
{
    internal Template(string text) => Text = text;

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>No expressions inside.</summary>
    public bool IsLiteral => throw new NotImplementedException();

    public IReadOnlyList<Expression> Expressions => throw new NotImplementedException();

    /// <summary>Positions in problems are 1-based in <paramref name="text"/>. All problems, not the first. The template is null iff there are problems.</summary>
    public static (Template? Template, IReadOnlyList<ExpressionProblem> Problems) Parse(string text, ExpressionSite? site) => throw new NotImplementedException();

    /// <summary>For texts Strata itself makes. No expressions are looked for.</summary>
    public static Template Literal(string text) => throw new NotImplementedException();

    public Value Evaluate(IExpressionScope scope) => throw new NotImplementedException();

    public string EvaluateText(IExpressionScope scope) => throw new NotImplementedException();
}

/// <summary>An <c>if:</c>. Empty is success(); without a status function it is <c>success() &amp;&amp; (…)</c>.</summary>
public sealed class Condition
{
    internal Condition(string text) => Text = text;

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Text mixed with <c>${{ }}</c>: always true on GitHub, worth a warning.</summary>
    public bool IsAlwaysTrueText => throw new NotImplementedException();

    public static Condition Success => throw new NotImplementedException();

    public static (Condition? Condition, IReadOnlyList<ExpressionProblem> Problems) Parse(string text, ExpressionSite? site) => throw new NotImplementedException();

    public bool Evaluate(IExpressionScope scope) => throw new NotImplementedException();
}
