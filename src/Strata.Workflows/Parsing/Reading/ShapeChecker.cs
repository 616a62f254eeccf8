using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>Holds a tree against its shape: unknown and missing keys, types, allowed values. What it reports, readers may skip silently.</summary>
internal static class ShapeChecker
{
    public static void Check(YamlNode node, Shape shape, string what, ICollection<Diagnostic> problems)
    {
        if (shape.Free)
        {
            return;
        }

        switch (node)
        {
            case YamlScalar scalar:
                CheckScalar(scalar, shape, what, problems);
                break;
            case YamlSequence sequence when shape.Items is not null:
                CheckItems(sequence, shape, what, problems);
                break;
            case YamlMapping mapping when shape.Object is not null || shape.Values is not null:
                CheckEntries(mapping, shape, problems);
                break;
            default:
                problems.Add(StructureDiagnostics.WrongType(node.At, what, shape.Describe(), node.Description));
                break;
        }
    }

    private static void CheckItems(YamlSequence sequence, Shape shape, string what, ICollection<Diagnostic> problems)
    {
        if (shape is { NonEmpty: true, EmptyList: false } && sequence.Items.Count == 0)
        {
            problems.Add(StructureDiagnostics.EmptyValue(sequence.At, what));
        }

        foreach (var item in sequence.Items)
        {
            Check(item, shape.Items!, $"An item of {char.ToLowerInvariant(what[0])}{what.AsSpan(1)}", problems);
        }
    }

    private static void CheckEntries(YamlMapping mapping, Shape shape, ICollection<Diagnostic> problems)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (shape.Object?.Find(key.Text) is { } known)
            {
                CheckKnown(mapping, key, value, known, problems);
            }
            else if (shape.Values is { } values)
            {
                Check(value, values(), $"'{YamlDiagnostics.Shorten(key.Text)}'", problems);
            }
            else if (shape.Object == TriggerShapes.Events)
            {
                problems.Add(StructureDiagnostics.UnknownEvent(key.At, key.Text));
            }
            else
            {
                problems.Add(StructureDiagnostics.UnknownKey(key.At, key.Text, shape.Object!));
            }
        }

        CheckRequired(mapping, shape.Object, problems);
    }

    private static void CheckKnown(YamlMapping mapping, YamlScalar key, YamlNode value, KeyShape known, ICollection<Diagnostic> problems)
    {
        if (known.SpellingOf is { } other && mapping.FindKey(other) is not null)
        {
            problems.Add(StructureDiagnostics.Conflict(key.At, known.Name, other, "they are two spellings of one key."));
        }

        Check(value, known.Value, $"'{known.Name}'", problems);
    }

    private static void CheckRequired(YamlMapping mapping, ObjectShape? shape, ICollection<Diagnostic> problems)
    {
        if (shape is null)
        {
            return;
        }

        foreach (var key in shape.Keys)
        {
            if (key.Required && mapping.FindKey(key.Name) is null)
            {
                problems.Add(StructureDiagnostics.MissingKey(mapping.At, key.Name, shape));
            }
        }
    }

    private static void CheckScalar(YamlScalar scalar, Shape shape, string what, ICollection<Diagnostic> problems)
    {
        if (scalar.HasExpression && shape.Site is null && shape.Scalars.HasFlag(ScalarTypes.Text))
        {
            problems.Add(ExpressionDiagnostics.NotEvaluated(scalar.PlaceOf(scalar.Text.IndexOf("${{", StringComparison.Ordinal)), what));
        }
        else if (!Fits(scalar, shape))
        {
            problems.Add(shape.NonEmpty && scalar.Kind == YamlKind.Null && shape.Scalars.HasFlag(ScalarTypes.Text)
                ? StructureDiagnostics.EmptyValue(scalar.At, what)
                : shape.Allowed is { } allowed && scalar.Kind != YamlKind.Null
                    ? NotAllowed(scalar, allowed, what)
                    : StructureDiagnostics.WrongType(scalar.At, what, shape.Describe(), scalar.Description));
        }
        else if (shape.NonEmpty && string.IsNullOrWhiteSpace(scalar.Text))
        {
            problems.Add(StructureDiagnostics.EmptyValue(scalar.At, what));
        }
        else if (scalar.Kind == YamlKind.Number && shape.Scalars == ScalarTypes.Text && shape.Allowed is null && scalar.Canonical != scalar.Text)
        {
            problems.Add(StructureDiagnostics.NumberChangesAsText(scalar.At, scalar.Text, scalar.Canonical));
        }
    }

    private static Diagnostic NotAllowed(YamlScalar scalar, IReadOnlyList<string> allowed, string what) =>
        ReferenceEquals(allowed, GitHubEvents.Names)
            ? StructureDiagnostics.UnknownEvent(scalar.At, scalar.Canonical)
            : StructureDiagnostics.NotAllowed(scalar.At, what, scalar.Canonical, allowed);

    private static bool Fits(YamlScalar scalar, Shape shape)
    {
        if (scalar.HasExpression && shape.Site is not null)
        {
            return shape.Scalars is not (ScalarTypes.None or ScalarTypes.Null) || shape.Computed;
        }

        var text = shape.Scalars.HasFlag(ScalarTypes.Text);
        return scalar.Kind switch
        {
            YamlKind.Null => shape.Scalars.HasFlag(ScalarTypes.Null) || (text && !shape.NonEmpty && shape.Allowed is null),
            YamlKind.Boolean => shape.Scalars.HasFlag(ScalarTypes.Boolean) || (text && IsAllowed(scalar, shape)),
            YamlKind.Number => shape.Scalars.HasFlag(ScalarTypes.Number) || (text && IsAllowed(scalar, shape)),
            _ => text && IsAllowed(scalar, shape),
        };
    }

    private static bool IsAllowed(YamlScalar scalar, Shape shape)
    {
        if (shape.Allowed is not { } allowed)
        {
            return true;
        }

        foreach (var text in allowed)
        {
            if (text == scalar.Canonical)
            {
                return true;
            }
        }

        return false;
    }
}
