using System.CommandLine;
using Strata.Core.Diagnostics;

namespace Strata.Cli.CommandLine;

/// <summary><c>strata help [COMMAND…]</c>: the same as <c>strata [COMMAND…] --help</c>.</summary>
internal static class HelpCommand
{
    public const string Name = "help";

    /// <summary>For the list of commands; what it does is done by <see cref="Resolve"/>.</summary>
    public static Command Create() => new(Name, "Show help, of a command too: strata help run.")
    {
        new Argument<string[]>("COMMAND") { Arity = ArgumentArity.ZeroOrMore, Description = "The command." },
    };

    /// <summary>Every other command line stays as it is.</summary>
    /// <exception cref="UserErrorException">There is no such command.</exception>
    public static string[] Resolve(string[] args, IReadOnlyList<string> commands) => args switch
    {
        [Name] => ["--help"],
        [Name, var command, ..] when command != Name && !command.StartsWith('-') && !commands.Contains(command) =>
            throw new UserErrorException(CliDiagnostics.UnknownCommand(command, commands)),
        [Name, .. var rest] => [.. rest, "--help"],
        _ => args,
    };
}
