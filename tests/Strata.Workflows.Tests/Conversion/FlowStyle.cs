using System.Text;
using System.Text.Json;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Tests.Conversion;

/// <summary>The same tree in flow style, on one line: JSON, with aliases written out.</summary>
internal static class FlowStyle
{
    public static string Of(string yaml)
    {
        List<Diagnostic> problems = [];
        var text = new StringBuilder();
        Write(YamlReader.Read("ci.yml", Encoding.UTF8.GetBytes(yaml), problems).ShouldNotBeNull(), text);
        return text.ToString();
    }

    private static void Write(YamlNode node, StringBuilder text)
    {
        switch (node)
        {
            case YamlScalar { Kind: YamlKind.Text } scalar:
                text.Append('"').Append(JsonEncodedText.Encode(scalar.Text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)).Append('"');
                break;
            case YamlScalar { Kind: YamlKind.Null }:
                text.Append("null");
                break;
            case YamlScalar scalar:
                text.Append(scalar.Text);
                break;
            case YamlSequence sequence:
                text.Append('[');
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    text.Append(i > 0 ? ", " : "");
                    Write(sequence.Items[i], text);
                }

                text.Append(']');
                break;
            case YamlMapping mapping:
                text.Append('{');
                for (var i = 0; i < mapping.Entries.Count; i++)
                {
                    text.Append(i > 0 ? ", " : "");
                    Write(mapping.Entries[i].Key, text);
                    text.Append(": ");
                    Write(mapping.Entries[i].Value, text);
                }

                text.Append('}');
                break;
        }
    }
}
