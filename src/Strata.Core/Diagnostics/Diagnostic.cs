namespace Strata.Core.Diagnostics;

/// <summary>Where in a file the user should look. Lines and columns start at 1.</summary>
public readonly record struct SourceSpan(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

public enum Severity
{
    Hint,
    Warning,
    Error,
}

/// <summary>One thing wrong in what the user gave us. The code never changes meaning; <c>docs/errors/{Code}.md</c> explains it.</summary>
/// <param name="Message">What is wrong and why, one sentence.</param>
/// <param name="Help">What to do, or null if the message says it. May have several lines (a paste-ready block).</param>
public sealed record Diagnostic(string Code, Severity Severity, string Message, SourceSpan? At, string? Help)
{
    /// <summary><c>file:line:column: error STRnnnn: message</c>, then the help, indented.</summary>
    public override string ToString()
    {
        var place = At is { } at ? $"{at}: " : "";
        var first = $"{place}{SeverityName} {Code}: {Message}";
        return Help is null ? first : $"{first}\n  {Help.TrimEnd().Replace("\n", "\n  ", StringComparison.Ordinal)}";
    }

    /// <summary>As printed: <c>error</c>, <c>warning</c>, <c>hint</c>.</summary>
    public string SeverityName => Severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "hint",
    };
}
