using System.Text;

namespace Strata.Execution.Commands;

/// <summary>A line <c>::name key=value,key=value::data</c> that a step prints to speak to the runner.</summary>
internal sealed record WorkflowCommand(string Name, IReadOnlyDictionary<string, string> Properties, string Data)
{
    private static readonly IReadOnlyDictionary<string, string> NoProperties = new Dictionary<string, string>();

    /// <summary>A cheap look: whether the line could be a command at all.</summary>
    public static bool MayBe(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart((byte)' ').TrimStart((byte)'\t');
        return text.Length > 4 && text[0] == ':' && text[1] == ':';
    }

    /// <summary>Null when the line is ordinary text. Any name is accepted: the caller knows which it serves.</summary>
    public static WorkflowCommand? Parse(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line).AsSpan().TrimStart();
        if (!text.StartsWith("::"))
        {
            return null;
        }

        text = text[2..];
        var end = text.IndexOf("::");
        if (end <= 0)
        {
            return null;
        }

        var head = text[..end];
        var space = head.IndexOf(' ');
        var name = space < 0 ? head : head[..space];
        return new(
            name.ToString(),
            space < 0 ? NoProperties : ParseProperties(head[(space + 1)..].Trim()),
            UnescapeData(text[(end + 2)..].ToString()));
    }

    private static Dictionary<string, string> ParseProperties(ReadOnlySpan<char> text)
    {
        var properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var range in text.Split(','))
        {
            var pair = text[range];
            var equals = pair.IndexOf('=');
            if (equals > 0 && equals < pair.Length - 1)
            {
                properties[pair[..equals].Trim().ToString()] = UnescapeProperty(pair[(equals + 1)..].ToString());
            }
        }

        return properties;
    }

    /// <summary>%25 last: what it yields is no escape.</summary>
    private static string UnescapeData(string text) => !text.Contains('%') ? text : text
        .Replace("%0D", "\r", StringComparison.OrdinalIgnoreCase)
        .Replace("%0A", "\n", StringComparison.OrdinalIgnoreCase)
        .Replace("%25", "%", StringComparison.Ordinal);

    private static string UnescapeProperty(string text) => !text.Contains('%') ? text : UnescapeData(text
        .Replace("%3A", ":", StringComparison.OrdinalIgnoreCase)
        .Replace("%2C", ",", StringComparison.OrdinalIgnoreCase));
}
