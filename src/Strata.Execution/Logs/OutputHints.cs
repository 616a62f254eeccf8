namespace Strata.Execution.Logs;

/// <summary>Watches output for what explains a failure: a program that is not there, a full disk.</summary>
internal sealed class OutputHints
{
    private const int LineLengthMax = 512; // characters; such messages are short
    private const string CommandNotFound = ": command not found"; // bash
    private const string NotFound = ": not found"; // dash, busybox

    /// <summary>The program the shell last looked for in vain, or null.</summary>
    public string? MissingProgram { get; private set; }

    public bool DiskFull { get; private set; }

    public void See(string line)
    {
        if (line.Length > LineLengthMax)
        {
            return;
        }

        if (line.EndsWith(NotFound, StringComparison.Ordinal))
        {
            MissingProgram = LastField(line.AsSpan(0, line.Length - NotFound.Length)) ?? MissingProgram;
        }
        else if (line.EndsWith(CommandNotFound, StringComparison.Ordinal))
        {
            MissingProgram = LastField(line.AsSpan(0, line.Length - CommandNotFound.Length)) ?? MissingProgram;
        }
        else if (line.Contains("No space left on device", StringComparison.Ordinal))
        {
            DiskFull = true;
        }
    }

    /// <summary><c>script.sh: line 3: NAME</c> and <c>script.sh: 3: NAME</c>.</summary>
    private static string? LastField(ReadOnlySpan<char> text)
    {
        var name = text[(text.LastIndexOf(':') + 1)..].Trim();
        return name.Length is > 0 and < 100 && !name.Contains(' ') ? name.ToString() : null;
    }
}
