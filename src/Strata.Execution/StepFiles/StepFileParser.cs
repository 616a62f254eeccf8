namespace Strata.Execution.StepFiles;

/// <summary>Reads <c>NAME=VALUE</c> lines and <c>NAME&lt;&lt;DELIMITER</c> blocks (GITHUB_ENV, GITHUB_OUTPUT, GITHUB_STATE).</summary>
internal static class StepFileParser
{
    /// <returns>The pairs in order, and why the file is wrong, or null. Pairs before the mistake are kept, as on GitHub.</returns>
    public static (IReadOnlyList<KeyValuePair<string, string>> Pairs, string? Problem) Parse(string text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        var rest = text.AsSpan().TrimStart('\uFEFF');
        var number = 0;
        while (TryReadLine(ref rest, out var line))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            var equals = line.IndexOf('=');
            var block = line.IndexOf("<<");
            if (equals < 0 && block < 0)
            {
                return (pairs, $"line {number}: '{Shorten(line)}' is neither NAME=VALUE nor NAME<<DELIMITER.");
            }

            var isBlock = block >= 0 && (equals < 0 || block < equals);
            var name = line[..(isBlock ? block : equals)].ToString();
            if (name.Length == 0)
            {
                return (pairs, $"line {number}: there is no name before '{(isBlock ? "<<" : "=")}'.");
            }

            if (!isBlock)
            {
                pairs.Add(new(name, line[(equals + 1)..].ToString()));
                continue;
            }

            var delimiter = line[(block + 2)..];
            if (delimiter.Length == 0)
            {
                return (pairs, $"line {number}: there is no delimiter after '{name}<<'.");
            }

            if (!TryReadBlock(ref rest, delimiter, ref number, out var value))
            {
                return (pairs, $"the value of '{name}' has no end: a line with only '{Shorten(delimiter)}' is missing.");
            }

            pairs.Add(new(name, value));
        }

        return (pairs, null);
    }

    private static bool TryReadBlock(ref ReadOnlySpan<char> rest, scoped ReadOnlySpan<char> delimiter, ref int number, out string value)
    {
        var all = rest;
        var lengthWithNewline = 0;
        while (TryReadLine(ref rest, out var line))
        {
            number++;
            if (line.SequenceEqual(delimiter))
            {
                value = lengthWithNewline == 0 ? "" : all[..(lengthWithNewline - 1)].ToString();
                return true;
            }

            lengthWithNewline = all.Length - rest.Length;
        }

        value = "";
        return false;
    }

    private static bool TryReadLine(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> line)
    {
        if (rest.Length == 0)
        {
            line = default;
            return false;
        }

        var end = rest.IndexOf('\n');
        line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return true;
    }

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 60 ? text.ToString() : $"{text[..60]}…";
}
