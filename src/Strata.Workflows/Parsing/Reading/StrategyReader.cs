using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Planning;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>strategy:</c>; a matrix without expressions is expanded to find its problems now.</summary>
internal static class StrategyReader
{
    /// <returns>The count of combinations is null where it is not known before the run.</returns>
    public static (Strategy? Strategy, int? Count) Read(Fields job)
    {
        if (job.Object("strategy") is not { } fields)
        {
            return (null, null);
        }

        var matrix = fields.Node("matrix") is { } node ? ReadTree(node, fields.Templates) : null;
        if (fields.Scalar("max-parallel") is { Kind: YamlKind.Number } limit && !(limit.Number >= 1 && limit.Number == Math.Floor(limit.Number)))
        {
            fields.Problems.Add(StructureDiagnostics.OutOfRange(limit.At, "'max-parallel'", "a whole number from 1"));
        }

        var strategy = new Strategy
        {
            At = fields.At,
            Matrix = matrix,
            FailFast = fields.Template("fail-fast"),
            MaxParallel = fields.Template("max-parallel"),
        };
        return (strategy, matrix is TemplateTree.Mapping && HasShape(fields.Node("matrix")!) ? Expand(matrix, fields) : null);
    }

    /// <summary>What is of the wrong kind was told at its place; the rest of such a matrix is looked at when that is right.</summary>
    private static bool HasShape(YamlNode matrix)
    {
        List<Diagnostic> problems = [];
        ShapeChecker.Check(matrix, JobShapes.Strategy.Find("matrix")!.Value, "'matrix'", problems);
        return problems.Count == 0;
    }

    private static int? Expand(TemplateTree matrix, Fields fields)
    {
        if (!IsPlain(matrix))
        {
            return null;
        }

        var (vectors, problems) = MatrixExpansion.Expand(matrix.Evaluate(NoScope.Instance));
        foreach (var problem in problems)
        {
            fields.Problems.Add(GraphDiagnostics.Matrix(fields.KeyAt("matrix"), problem));
        }

        return vectors.Count;
    }

    private static TemplateTree ReadTree(YamlNode node, TemplateReader templates)
    {
        switch (node)
        {
            case YamlMapping mapping:
                List<KeyValuePair<string, TemplateTree>> members = [];
                foreach (var (key, value) in mapping.Entries)
                {
                    members.Add(new(key.Text, ReadTree(value, templates)));
                }

                return new TemplateTree.Mapping(members, node.At);
            case YamlSequence sequence:
                List<TemplateTree> items = [];
                foreach (var item in sequence.Items)
                {
                    items.Add(ReadTree(item, templates));
                }

                return new TemplateTree.Sequence(items, node.At);
            default:
                var scalar = (YamlScalar)node;
                var template = templates.Read(scalar, Sites.Strategy) ?? Template.Literal(scalar.Text);
                return new TemplateTree.Leaf(template, scalar.HasExpression ? null : PlainOf(scalar), node.At);
        }
    }

    private static Value PlainOf(YamlScalar scalar) => scalar.Kind switch
    {
        YamlKind.Null => Value.Null,
        YamlKind.Boolean => Value.From(scalar.Boolean),
        YamlKind.Number => Value.From(scalar.Number),
        _ => Value.From(scalar.Text),
    };

    private static bool IsPlain(TemplateTree tree) => tree switch
    {
        TemplateTree.Leaf leaf => leaf.Plain is not null,
        TemplateTree.Sequence sequence => sequence.Items.All(IsPlain),
        TemplateTree.Mapping mapping => mapping.Members.All(member => IsPlain(member.Value)),
        _ => false,
    };

    /// <summary>For trees without expressions.</summary>
    private sealed class NoScope : IExpressionScope
    {
        public static NoScope Instance { get; } = new();

        public Value GetContext(string name) => Value.Null;

        public Value Call(string function, IReadOnlyList<Value> arguments) => Value.Null;
    }
}
