using System.CommandLine;
using Strata.Cli.Completion;
using Strata.Cli.Doctor;
using Strata.Cli.Eval;
using Strata.Cli.Init;
using Strata.Cli.Plan;
using Strata.Cli.Run;
using Strata.Cli.Validate;

namespace Strata.Cli.CommandLine;

/// <summary>The command line, as a table of contents (DESIGN §9).</summary>
internal static class StrataCommand
{
    /// <summary>Errors and signals are handled by this program, not by the library.</summary>
    public static InvocationConfiguration Invocation { get; } = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    public static RootCommand Create() => new("Strata: CI/CD whose builds never do the same work twice and never reuse wrong work.")
    {
        RunCommand.Create(),
        PlanCommand.Create(),
        ValidateCommand.Create(),
        SchemaCommand.Create(),
        InitCommand.Create(),
        EvalCommand.Create(),
        DoctorCommand.Create(),
        VersionCommand.Create(),
        CompletionCommand.Create(),
    };

    /// <summary>Commands for which a normal user's process enters its own namespaces first, before anything else of it runs.</summary>
    public static bool NeedsSandboxes(string[] args) => args switch
    {
        _ when args.AsSpan().ContainsAny("--help", "-h", "-?") => false,
        ["run", ..] => true,
        ["doctor", .. var rest] => rest.Contains("--clean"),
        _ => false,
    };
}
