using System.Globalization;
using System.Text;

namespace Strata.Workflows.Expressions;

/// <summary>What toJSON gives, to the character: two blanks a level, <c>\n</c>, escapes as GitHub's runner writes them.</summary>
internal sealed class JsonText(TextBudget budget)
{
    private readonly StringBuilder _text = new();

    /// <remarks>Depth: values come from JSON of at most <see cref="JsonConversion.DepthMax"/> levels, or from the run's own contexts.</remarks>
    public static string Write(Value value, TextBudget budget)
    {
        var json = new JsonText(budget);
        json.Write(value, 0);
        return json._text.ToString();
    }

    private void Write(Value value, int level)
    {
        switch (value)
        {
            case ArrayValue { Items.Count: > 0 } array:
                Append("[");
                for (var i = 0; i < array.Items.Count; i++)
                {
                    StartItem(i, level + 1);
                    Write(array.Items[i], level + 1);
                }

                StartLine(level);
                Append("]");
                break;
            case ObjectValue { Members.Count: > 0 } members:
                Append("{");
                for (var i = 0; i < members.Members.Count; i++)
                {
                    StartItem(i, level + 1);
                    WriteText(members.Members[i].Key);
                    Append(": ");
                    Write(members.Members[i].Value, level + 1);
                }

                StartLine(level);
                Append("}");
                break;
            case ArrayValue:
                Append("[]");
                break;
            case ObjectValue:
                Append("{}");
                break;
            case NullValue:
                Append("null");
                break;
            case StringValue text:
                WriteText(text.Value);
                break;
            default:
                Append(value.ToText());
                break;
        }
    }

    private void StartItem(int index, int level)
    {
        if (index > 0)
        {
            Append(",");
        }

        StartLine(level);
    }

    private void StartLine(int level)
    {
        budget.Spend(1 + (2 * level));
        _text.Append('\n').Append(' ', 2 * level);
    }

    private void WriteText(string text)
    {
        budget.Spend(text.Length + 2);
        _text.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append(@"\\"),
                '\n' => _text.Append(@"\n"),
                '\r' => _text.Append(@"\r"),
                '\t' => _text.Append(@"\t"),
                '\b' => _text.Append(@"\b"),
                '\f' => _text.Append(@"\f"),
                < ' ' or '\u0085' or '\u2028' or '\u2029' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }

    private void Append(string text)
    {
        budget.Spend(text.Length);
        _text.Append(text);
    }
}
