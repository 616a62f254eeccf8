using System.CommandLine;
using System.CommandLine.Parsing;
using Strata.Core.Diagnostics;

namespace Strata.Cli.CommandLine;

/// <summary>What the library's own messages do not tell well: it takes a mistyped option for a file name, or for a word too many.</summary>
internal static class CommandLineCheck
{
    /// <summary>What keeps the command line from being carried out. After <c>--</c> everything is a file name.</summary>
    /// <param name="commands">All there are, also where only one was made.</param>
    public static IReadOnlyList<Diagnostic> Check(ParseResult parsed, IReadOnlyList<string> commands) =>
        UnknownOptions(parsed) is [_, ..] unknown ? unknown
        : parsed.Errors.Count > 0 && parsed.CommandResult.Parent is null && parsed.UnmatchedTokens is [var command, ..] ? [CliDiagnostics.UnknownCommand(command, commands)]
        : [.. parsed.Errors.Select(static error => CliDiagnostics.Usage(error.Message))];

    /// <summary>In loops: this is on the way of every command, and a chain of queries costs its start milliseconds.</summary>
    private static IReadOnlyList<Diagnostic> UnknownOptions(ParseResult parsed)
    {
        var suspects = new List<string>();
        foreach (var child in parsed.CommandResult.Children)
        {
            if (child is ArgumentResult argument)
            {
                foreach (var token in argument.Tokens)
                {
                    suspects.Add(token.Value);
                }
            }
        }

        suspects.AddRange(parsed.UnmatchedTokens);
        return suspects.Exists(LooksLikeOption) ? Unknown(suspects, parsed) : [];
    }

    private static IReadOnlyList<Diagnostic> Unknown(List<string> words, ParseResult parsed)
    {
        var files = parsed.Tokens.SkipWhile(static token => token.Type != TokenType.DoubleDash).Select(static token => token.Value).ToHashSet(StringComparer.Ordinal);
        var command = string.Join(' ', Path(parsed.CommandResult));
        var known = KnownOptions(parsed.CommandResult).ToList();
        return [.. words.Where(word => LooksLikeOption(word) && !files.Contains(word))
            .Select(static word => word.Split('=', 2)[0]).Distinct(StringComparer.Ordinal)
            .Select(name => CliDiagnostics.UnknownOption(name, command, known))];
    }

    private static bool LooksLikeOption(string word) => word is ['-', '-', >= 'a' and <= 'z', ..] or ['-', >= 'a' and <= 'z' or >= 'A' and <= 'Z', ..];

    private static IEnumerable<string> KnownOptions(CommandResult result) =>
        result.Command.Options.Concat(result.Command.Parents.OfType<Command>().SelectMany(static parent => parent.Options.Where(static option => option.Recursive)))
            .Where(static option => !option.Hidden).Select(static option => option.Name).Append("--help");

    private static IEnumerable<string> Path(CommandResult result) =>
        result.Parent is CommandResult parent ? Path(parent).Append(result.Command.Name) : ["strata"];
}
