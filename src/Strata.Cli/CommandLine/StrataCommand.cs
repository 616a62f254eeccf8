using System.CommandLine;
using System.CommandLine.Help;
using Strata.Cli.Artifact;
using Strata.Cli.Cache;
using Strata.Cli.Completion;
using Strata.Cli.Doctor;
using Strata.Cli.Eval;
using Strata.Cli.Image;
using Strata.Cli.Init;
using Strata.Cli.Plan;
using Strata.Cli.Revoke;
using Strata.Cli.Run;
using Strata.Cli.Storage;
using Strata.Cli.Validate;

namespace Strata.Cli.CommandLine;

/// <summary>The command line, as a table of contents (DESIGN §9).</summary>
internal static class StrataCommand
{
    /// <summary>Errors and signals are handled by this program, not by the library.</summary>
    public static InvocationConfiguration Invocation { get; } = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("run", RunCommand.Create),
        ("plan", PlanCommand.Create),
        ("validate", ValidateCommand.Create),
        ("schema", SchemaCommand.Create),
        ("init", InitCommand.Create),
        ("image", ImageCommand.Create),
        ("artifact", ArtifactCommand.Create),
        ("storage", StorageCommand.Create),
        ("cache", CacheCommand.Create),
        ("revoke", RevokeCommand.Create),
        ("eval", EvalCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("version", VersionCommand.Create),
        ("completion", CompletionCommand.Create),
        (HelpCommand.Name, HelpCommand.Create),
    ];

    public static IReadOnlyList<string> Names { get; } = Array.ConvertAll(Commands, static command => command.Name);

    /// <summary>All of it, or, where the arguments name a command, that one alone: the others' options need not be made, nor what only help and version need.</summary>
    public static Command Create(string[] args)
    {
        const string description = "Strata: CI/CD whose builds never do the same work twice and never reuse wrong work.";
        var first = args is [var name, ..] ? name : "";
        var only = Array.FindIndex(Commands, command => command.Name == first);
        var root = only >= 0 && !AsksForHelp(args) ? new Command("strata", description) : new RootCommand(description);
        for (var i = 0; i < Commands.Length; i++)
        {
            if (only < 0 || only == i)
            {
                root.Subcommands.Add(Commands[i].Create());
            }
        }

        if (args is [['[', ..], ..] && root.Options.OfType<HelpOption>().FirstOrDefault() is { } help) // the shell asks what can follow: who writes /? does not complete it
        {
            help.Aliases.Remove("/?");
            help.Aliases.Remove("/h");
            help.Aliases.Remove("-?");
        }

        return root;
    }

    /// <summary>Commands for which a normal user's process enters its own namespaces first, before anything else of it runs.</summary>
    public static bool NeedsSandboxes(string[] args) => args switch
    {
        _ when AsksForHelp(args) => false,
        ["run", ..] => true,
        ["doctor", .. var rest] => rest.Contains("--clean"),
        _ => false,
    };

    /// <summary>
    /// Commands that work the same way there, and without it only do what needs no other ids: they may make a base system or remove what a job extracted.
    /// Doctor tells what jobs will find there.
    /// </summary>
    public static bool UsesSandboxes(string[] args) =>
        args is ["image", "pull" or "update" or "export" or "push" or "rm", ..] or ["doctor", ..] && !AsksForHelp(args);

    private static bool AsksForHelp(string[] args) => args.AsSpan().ContainsAny("--help", "-h", "-?") || args.AsSpan().ContainsAny("--version", "/h", "/?");
}
