using System.Text;
using Strata.Workflows.Expressions;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Tests.Schema;

/// <summary>The generated part of docs/workflow.md: a table of keys for each mapping, and what expressions may read where.</summary>
internal static class WorkflowReference
{
    public const string Begin = "<!-- keys: written by WorkflowReferenceTests with STRATA_WRITE_DOCS=1 -->";

    public static string Text()
    {
        var text = new StringBuilder(Begin).Append("\n\n");
        foreach (var (path, shape) in Mappings())
        {
            text.Append("### ").Append(path).Append("\n\n| key | value | meaning |\n|---|---|---|\n");
            foreach (var key in shape.Keys)
            {
                text.Append("| `").Append(ReferenceEquals(shape, JobShapes.Matrix) ? "matrix." : "").Append(key.Name).Append('`').Append(key.Required ? " (required)" : "").Append(" | ")
                    .Append(Describe(key.Value)).Append(" | ").Append(Cell(key.Doc)).Append(" |\n");
            }

            text.Append('\n');
        }

        text.Append("### What expressions may read\n\n`strata` is available wherever `github` is. Keys that are not listed are taken as written.\n\n");
        text.Append("| contexts | functions | keys |\n|---|---|---|\n");
        foreach (var group in Templates().GroupBy(template => (Contexts(template.Site), Functions(template.Site))))
        {
            text.Append("| ").Append(group.Key.Item1).Append(" | ").Append(group.Key.Item2).Append(" | ")
                .AppendJoin(", ", group.Select(template => $"`{template.Path}`").Distinct()).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Contexts(ExpressionSite site) => string.Join(", ", site.Contexts.Where(name => name != "strata").Order(StringComparer.Ordinal));

    private static string Functions(ExpressionSite site) =>
        string.Join(", ", site.Functions.Select(name => name == "hashfiles" ? "hashFiles" : name).Order(StringComparer.Ordinal));

    /// <summary>Each mapping with known keys once, under the first path that leads to it.</summary>
    private static List<(string Path, ObjectShape Shape)> Mappings()
    {
        List<(string Path, ObjectShape Shape)> found = [];
        Walk("", Shapes.Object(WorkflowShapes.Root), (path, shape) =>
        {
            var isNew = shape.Object is { } known && !found.Exists(other => ReferenceEquals(other.Shape, known) || other.Path == path);
            if (isNew)
            {
                found.Add((path.Length == 0 ? "The file" : path, shape.Object!));
            }

            return isNew;
        });
        return found;
    }

    private static List<(string Path, ExpressionSite Site)> Templates()
    {
        List<(string Path, ExpressionSite Site)> found = [];
        var seen = new HashSet<ObjectShape>(ReferenceEqualityComparer.Instance);
        Walk("", Shapes.Object(WorkflowShapes.Root), (path, shape) =>
        {
            if (shape.Site is { } site)
            {
                found.Add((path.Replace("[]", "", StringComparison.Ordinal), site));
            }

            return shape.Object is null || seen.Add(shape.Object);
        });
        return found;
    }

    private static void Walk(string path, Shape shape, Func<string, Shape, bool> visit)
    {
        var goOn = visit(path, shape);
        foreach (var key in goOn ? shape.Object?.Keys ?? [] : [])
        {
            var isPlainEvent = ReferenceEquals(shape.Object, TriggerShapes.Events) && key.Value.Object is { Keys: [] or [{ Name: "types" }] };
            Walk(isPlainEvent ? "on.EVENT" : path.Length == 0 ? key.Name : $"{path}.{key.Name}", key.Value, visit);
        }

        if (shape.Items is { } items)
        {
            Walk($"{path}[]", items, visit);
        }

        if (shape.Values?.Invoke() is { } values)
        {
            Walk($"{path}.{(path == "jobs" ? "ID" : "NAME")}", values, visit);
        }
    }

    private static string Describe(Shape shape)
    {
        List<string> forms = [];
        if (shape.Free)
        {
            return "anything";
        }

        if (shape.Allowed is { Count: < 12 } allowed)
        {
            forms.Add(string.Join(" \\| ", allowed.Select(text => $"`{text}`")));
        }
        else if (shape.Scalars.HasFlag(ScalarTypes.Text))
        {
            forms.Add("text");
        }

        if (shape.Scalars.HasFlag(ScalarTypes.Number))
        {
            forms.Add("number");
        }

        if (shape.Scalars.HasFlag(ScalarTypes.Boolean))
        {
            forms.Add("boolean");
        }

        if (shape.Items is { } items)
        {
            forms.Add(items.Free ? "list" : $"list of {Describe(items)}");
        }

        if (shape.Values?.Invoke() is { } values)
        {
            forms.Add($"NAME → {Describe(values)}");
        }

        if (shape.Object is not null && shape.Values is null)
        {
            forms.Add("mapping");
        }

        return string.Join(" or ", forms) + (shape.Site is not null || shape.Computed ? " `${{ }}`" : "");
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
