using System.Text.Json;

namespace Strata.Workflows.Schema;

/// <summary>
/// JSON Schema (draft 2020-12) of workflow files, from the same description the parser checks keys with. It says less than the parser:
/// names that must exist, cycles and expressions are the parser's.
/// </summary>
public static class WorkflowSchema
{
    private const string ExpressionPattern = @"\$\{\{";

    public static void Write(Utf8JsonWriter writer)
    {
        var definitions = new SchemaDefinitions();
        writer.WriteStartObject();
        writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        writer.WriteString("title", "Strata workflow");
        writer.WriteString("$ref", definitions.Reference(WorkflowShapes.Root));
        writer.WriteStartObject("$defs");
        while (definitions.TryNext(out var name, out var shape))
        {
            writer.WritePropertyName(name);
            WriteObject(writer, shape, values: null, definitions);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter writer, ObjectShape shape, Shape? values, SchemaDefinitions definitions)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        foreach (var key in shape.Keys)
        {
            writer.WritePropertyName(key.Name);
            WriteShape(writer, key.Value, key.Doc, definitions);
        }

        writer.WriteEndObject();
        if (values is null)
        {
            writer.WriteBoolean("additionalProperties", false);
        }
        else
        {
            writer.WritePropertyName("additionalProperties");
            WriteShape(writer, values, null, definitions);
        }

        string[] required = [.. shape.Keys.Where(key => key.Required).Select(key => key.Name)];
        if (required.Length > 0)
        {
            writer.WriteStartArray("required");
            foreach (var name in required)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteShape(Utf8JsonWriter writer, Shape shape, string? description, SchemaDefinitions definitions)
    {
        writer.WriteStartObject();
        if (description is not null)
        {
            writer.WriteString("description", description);
        }

        if (!shape.Free)
        {
            writer.WriteStartArray("anyOf");
            WriteScalars(writer, shape);
            WriteList(writer, shape, definitions);
            WriteMapping(writer, shape, definitions);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteScalars(Utf8JsonWriter writer, Shape shape)
    {
        if (shape.Allowed is not null)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("enum");
            foreach (var allowed in shape.Allowed)
            {
                writer.WriteStringValue(allowed);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        else if (shape.Scalars.HasFlag(ScalarTypes.Text))
        {
            // YAML's numbers and booleans count as text where text is wanted, as on GitHub.
            writer.WriteStartObject();
            writer.WriteStartArray("type");
            writer.WriteStringValue("string");
            writer.WriteStringValue("number");
            writer.WriteStringValue("boolean");
            if (!shape.NonEmpty)
            {
                writer.WriteStringValue("null"); // as the empty text
            }

            writer.WriteEndArray();
            if (shape.NonEmpty)
            {
                writer.WriteNumber("minLength", 1);
            }

            writer.WriteEndObject();
        }

        WriteType(writer, shape.Scalars.HasFlag(ScalarTypes.Number), "number");
        WriteType(writer, shape.Scalars.HasFlag(ScalarTypes.Boolean), "boolean");
        WriteType(writer, shape.Scalars.HasFlag(ScalarTypes.Null), "null");
        if (!shape.Scalars.HasFlag(ScalarTypes.Text) && (shape.Computed || (shape.Site is not null && shape.Scalars != ScalarTypes.None)))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "string");
            writer.WriteString("pattern", ExpressionPattern);
            writer.WriteEndObject();
        }
    }

    private static void WriteType(Utf8JsonWriter writer, bool allowed, string type)
    {
        if (allowed)
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WriteEndObject();
        }
    }

    private static void WriteList(Utf8JsonWriter writer, Shape shape, SchemaDefinitions definitions)
    {
        if (shape.Items is not { } items)
        {
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "array");
        if (shape is { NonEmpty: true, EmptyList: false })
        {
            writer.WriteNumber("minItems", 1);
        }

        writer.WritePropertyName("items");
        WriteShape(writer, items, null, definitions);
        writer.WriteEndObject();
    }

    private static void WriteMapping(Utf8JsonWriter writer, Shape shape, SchemaDefinitions definitions)
    {
        if (shape.Object is { } known)
        {
            if (shape.Values is { } others)
            {
                WriteObject(writer, known, others(), definitions);
                return;
            }

            writer.WriteStartObject();
            writer.WriteString("$ref", definitions.Reference(known));
            writer.WriteEndObject();
        }
        else if (shape.Values is { } values)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "object");
            writer.WritePropertyName("additionalProperties");
            WriteShape(writer, values(), null, definitions);
            writer.WriteEndObject();
        }
    }
}
