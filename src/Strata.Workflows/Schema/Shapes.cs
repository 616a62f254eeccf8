using Strata.Workflows.Expressions;

namespace Strata.Workflows.Schema;

/// <summary>The shapes that occur in many places, and the words to build others.</summary>
internal static class Shapes
{
    public static Shape Text { get; } = new() { Scalars = ScalarTypes.Text };

    public static Shape NonEmptyText { get; } = new() { Scalars = ScalarTypes.Text, NonEmpty = true };

    public static Shape Flag { get; } = new() { Scalars = ScalarTypes.Boolean };

    public static Shape Number { get; } = new() { Scalars = ScalarTypes.Number };

    public static Shape NumberOrText { get; } = new() { Scalars = ScalarTypes.Number | ScalarTypes.Text, NonEmpty = true };

    public static Shape TextOrTexts { get; } = new() { Scalars = ScalarTypes.Text, NonEmpty = true, Items = NonEmptyText };

    /// <summary>GitHub's "sequence of non-empty strings": the list may be empty.</summary>
    public static Shape TextOrAnyTexts { get; } = TextOrTexts with { EmptyList = true };

    public static Shape Texts { get; } = new() { Items = NonEmptyText };

    public static Shape TextMapping { get; } = new() { Values = () => Text, Scalars = ScalarTypes.Null };

    public static Shape Anything { get; } = new() { Free = true };

    public static Shape Template(ExpressionSite site) => new() { Scalars = ScalarTypes.Text, Site = site };

    public static Shape NonEmptyTemplate(ExpressionSite site) => new() { Scalars = ScalarTypes.Text, Site = site, NonEmpty = true };

    public static Shape TemplateOrTemplates(ExpressionSite site) =>
        new() { Scalars = ScalarTypes.Text, Site = site, NonEmpty = true, Items = NonEmptyTemplate(site) };

    public static Shape BooleanTemplate(ExpressionSite site) => new() { Scalars = ScalarTypes.Boolean, Site = site };

    public static Shape NumberTemplate(ExpressionSite site) => new() { Scalars = ScalarTypes.Number, Site = site };

    /// <summary>An <c>if:</c>: expression marks may be left out.</summary>
    public static Shape Condition(ExpressionSite site) =>
        new() { Scalars = ScalarTypes.Text | ScalarTypes.Null, Site = site, Condition = true };

    /// <summary>One expression for the whole is legal on GitHub; readers say that it is not supported here.</summary>
    public static Shape ComputedTemplates(ExpressionSite site) => new() { Values = () => Template(site), Computed = true, Site = site };

    public static Shape Templates(ExpressionSite site) => new() { Values = () => Template(site) };

    public static Shape OneOrMoreOf(IReadOnlyList<string> allowed)
    {
        var one = new Shape { Scalars = ScalarTypes.Text, Allowed = allowed };
        return one with { Items = one, EmptyList = true };
    }

    public static Shape OneOf(params string[] allowed) => new() { Scalars = ScalarTypes.Text, Allowed = allowed };

    public static Shape Object(ObjectShape shape) => new() { Object = shape };

    public static Shape ListOf(Shape item) => new() { Items = item };

    public static Shape MappingOf(Shape value) => new() { Values = () => value };

    public static KeyShape Key(string name, Shape value, string doc) => new(name, value, doc);

    public static KeyShape RequiredKey(string name, Shape value, string doc) => new(name, value, doc) { Required = true };
}
