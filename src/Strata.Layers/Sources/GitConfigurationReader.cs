using System.Text;

namespace Strata.Layers.Sources;

/// <summary>Reads git-config(1)'s syntax: sections, keys, quotes, escapes, comments and continued lines.</summary>
internal static class GitConfigurationReader
{
    /// <summary>Either a header (names in lower case, subsections as written) or a key, in lower case, with its value.</summary>
    public static IEnumerable<((string Section, string Subsection)? Header, string Key, string Value)> Read(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.StartsWith('[') && line.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            {
                yield return (Header(line[1..end]), "", "");
                line = line[(end + 1)..].Trim();
            }

            if (line.Length == 0 || line[0] is '#' or ';' or '[')
            {
                continue;
            }

            while (line.EndsWith('\\') && !line.EndsWith("\\\\", StringComparison.Ordinal) && i + 1 < lines.Length)
            {
                line = line[..^1] + lines[++i].TrimEnd('\r');
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0
                ? (null, line.ToLowerInvariant(), "true")
                : (null, line[..equals].Trim().ToLowerInvariant(), Unquote(line[(equals + 1)..].Trim()));
        }
    }

    private static (string Section, string Subsection) Header(string text)
    {
        var quote = text.IndexOf('"', StringComparison.Ordinal);
        return quote < 0
            ? (text.Trim().ToLowerInvariant(), "")
            : (text[..quote].Trim().ToLowerInvariant(), Unquote(text[quote..].Trim()));
    }

    private static string Unquote(string value)
    {
        var result = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when i + 1 < value.Length:
                    result.Append(value[++i] switch { 'n' => '\n', 't' => '\t', var same => same });
                    break;
                case '#' or ';' when !quoted:
                    return result.ToString().TrimEnd();
                default:
                    result.Append(value[i]);
                    break;
            }
        }

        return result.ToString();
    }
}
