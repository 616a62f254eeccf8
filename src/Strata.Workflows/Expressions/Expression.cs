namespace Strata.Workflows.Expressions;

/// <summary>One parsed expression, without its <c>${{ }}</c>. Immutable; evaluation is pure but for the scope.</summary>
public sealed class Expression
{
    public const int LengthMax = 21_000; // characters
    public const int DepthMax = 50;
    public const int ResultBytesMax = 10 << 20; // of text made in one evaluation, as UTF-16

    private readonly Node _root;
    private readonly ReadNames _names;

    private Expression(string text, Node root)
    {
        Text = text;
        _root = root;
        _names = ReadNames.Of(root);
    }

    public string Text { get; }

    /// <summary>Lower-case names of contexts it reads.</summary>
    public IReadOnlySet<string> Contexts => _names.Contexts;

    /// <summary>Lower-case names of functions it calls.</summary>
    public IReadOnlySet<string> Functions => _names.Functions;

    /// <summary>Constant property paths it reads below a context, as <c>needs.build.outputs.x</c>, lower case (for checking names before a run).</summary>
    /// <remarks>A path ends before <c>*</c>, an index that is computed or a number, and a name with a point in it.</remarks>
    public IReadOnlyList<string> Paths => _names.Paths;

    /// <summary>Never throws for any text. A null site allows every context and function. All names that are wrong, up to what breaks the structure; null iff there are problems.</summary>
    public static (Expression? Expression, IReadOnlyList<ExpressionProblem> Problems) Parse(string text, ExpressionSite? site)
    {
        var (root, problems) = Parser.Parse(text, site);
        return (root is null ? null : new(text, root), problems);
    }

    /// <exception cref="ExpressionException">Evaluation failed.</exception>
    public Value Evaluate(IExpressionScope scope)
    {
        var value = new Evaluation(scope).Evaluate(_root);
        return value is ArrayValue { IsFiltered: true } filtered ? new ArrayValue(filtered.Items) : value;
    }
}
