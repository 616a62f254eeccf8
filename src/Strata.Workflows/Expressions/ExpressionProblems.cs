using Strata.Core.Text;

namespace Strata.Workflows.Expressions;

/// <summary>What can be wrong with the text of an expression. Positions are made 1-based here.</summary>
internal static class ExpressionProblems
{
    private const int QuoteMax = 40; // characters of the user's text in a message

    public static ExpressionProblem Empty(int at) => new(at + 1, "An expression is expected here.", null);

    public static ExpressionProblem TooLong(int at, int length) => new(
        at + 1,
        $"The expression has {length} characters; at most {Expression.LengthMax} are allowed.",
        "Split it, or compute the value in a step.");

    public static ExpressionProblem TooDeep(int at) => new(
        at + 1, $"The expression is nested deeper than {Expression.DepthMax} levels.", "Split it, or compute the value in a step.");

    public static ExpressionProblem Unexpected(Token token) => token switch
    {
        { Kind: TokenKind.End } => new(
            token.Start + 1, "The expression ends too early, after what stands here.", "A value, ')' or ']' is missing at its end."),
        { Text: ['\'', ..], Kind: TokenKind.Unexpected } => new(
            token.Start + 1,
            "The text that starts here has no closing quote.",
            "Texts stand in single quotes; write '' for a quote in a text."),
        { Text: ['"', ..] } => new(token.Start + 1, $"Unexpected symbol: {Quote(token.Text)}.", "Texts stand in single quotes: 'text'."),
        { Text: "=" } => new(token.Start + 1, "Unexpected symbol: '='.", "Write '==' to compare."),
        { Text: "&" or "|" } => new(token.Start + 1, $"Unexpected symbol: '{token.Text}'.", $"Write '{token.Text}{token.Text}'."),
        _ => new(token.Start + 1, $"Unexpected symbol: {Quote(token.Text)}.", null),
    };

    public static ExpressionProblem UnknownContext(Token name, ExpressionSite? site)
    {
        var available = site is null ? KnownNames.Contexts : [.. Sorted(site.Contexts)];
        var nearest = Suggestion.Nearest(name.Text, available) ?? Suggestion.Nearest(name.Text, KnownNames.Contexts);
        return new(
            name.Start + 1,
            $"Unrecognized named-value: {Quote(name.Text)}.",
            nearest is null ? $"Known here: {List(available)}. Texts stand in single quotes." : $"Did you mean '{nearest}'?");
    }

    public static ExpressionProblem UnsupportedContext(Token name) => new(
        name.Start + 1,
        "The 'jobs' context is not supported: it belongs to reusable workflows.",
        "In a job, 'needs.JOB.outputs.NAME' reads what a job it needs has put out.");

    public static ExpressionProblem UnavailableContext(Token name, ExpressionSite site) => new(
        name.Start + 1,
        $"The context '{name.Text}' is not available at this key.",
        site.Contexts.Count == 0 ? "No context is available here." : $"Available here: {List(Sorted(site.Contexts))}.");

    public static ExpressionProblem UnknownFunction(Token name)
    {
        var names = Array.ConvertAll(KnownNames.Functions, function => function.Name);
        var nearest = Suggestion.Nearest(name.Text, names);
        return new(
            name.Start + 1,
            $"Unrecognized function: {Quote(name.Text)}.",
            nearest is null ? $"Known: {List(names)}." : $"Did you mean '{nearest}'?");
    }

    public static ExpressionProblem UnavailableFunction(Token name, FunctionSignature function, ExpressionSite site) => new(
        name.Start + 1,
        $"The function '{function.Name}' is not available at this key.",
        KnownNames.IsStatusFunction(function.LowerName) ? "Status functions work in 'if:' only."
            : site.Functions.Count == 0 ? null
            : $"Beside those that need nothing from the run, available here: {List(Sorted(site.Functions))}.");

    public static ExpressionProblem WrongArity(Token name, FunctionSignature function, int count) => new(
        name.Start + 1, $"'{function.Name}' takes {Arity(function)}, not {count}.", null);

    public static ExpressionProblem StatusOfJobs(Token name, FunctionSignature function, int count) => new(
        name.Start + 1,
        $"'{function.Name}' takes no arguments here, not {count}.",
        "Only a job's 'if:' may name jobs; of a step, steps.ID.outcome says how it ended.");

    public static ExpressionProblem EvenCase(Token name, int count) => new(
        name.Start + 1,
        $"'case' takes an odd number of arguments, not {count}.",
        "case(condition, value, condition, value, default): the last argument is what no condition chose.");

    public static ExpressionProblem Unclosed(int at) => new(
        at + 1,
        "The expression that starts here is not closed: '${{' without '}}'.",
        "Write '}}' after it. For the characters themselves: ${{ '${{' }}.");

    private static string Arity(FunctionSignature function) => (function.ArgumentsMin, function.ArgumentsMax) switch
    {
        (0, 0) => "no arguments",
        (1, 1) => "1 argument",
        var (min, max) when min == max => $"{min} arguments",
        var (min, max) => max > 2 ? $"at least {min} and at most {max} arguments" : $"{min} to {max} arguments",
    };

    private static string Quote(string text) => text.Length <= QuoteMax ? $"'{text}'" : $"'{text[..QuoteMax]}…'";

    private static IOrderedEnumerable<string> Sorted(IReadOnlySet<string> names) => names.Order(StringComparer.Ordinal);

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
