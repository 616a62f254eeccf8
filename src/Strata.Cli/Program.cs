using System.CommandLine;
using System.CommandLine.Help;
using Strata.Cli.CommandLine;
using Strata.Cli.Launch;
using Strata.Cli.Output;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Rootless;

namespace Strata.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            return await Prepare(args).InvokeAsync(StrataCommand.Invocation).ConfigureAwait(false);
        }
        catch (UserErrorException e)
        {
            DiagnosticOutput.Print(e.Diagnostics, Terminal.Detect());
            return ExitCode.Invalid;
        }
        catch (EnvironmentException e)
        {
            DiagnosticOutput.Print(e.Diagnostic, Terminal.Detect());
            return ExitCode.Environment;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("cancelled").ConfigureAwait(false);
            return ExitCode.Failed;
        }
#pragma warning disable CA1031 // the edge of the program: a fault is printed once, with what to do
        catch (Exception e)
#pragma warning restore CA1031
        {
            DiagnosticOutput.Print(CliDiagnostics.Internal(e), Terminal.Detect());
            if (Environment.GetEnvironmentVariable("STRATA_TRACE") is { Length: > 0 })
            {
                await Console.Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            }

            return ExitCode.Environment;
        }
    }

    /// <summary>The command that was asked for; nothing of it is done yet.</summary>
    private static ParseResult Prepare(string[] args)
    {
        var isRoot = Environment.IsPrivilegedProcess;
        if (isRoot)
        {
            Preload(args);
        }

        var sources = SourceCheck.Start();
        try
        {
            args = HelpCommand.Resolve(args, StrataCommand.Names);
            if (!isRoot)
            {
                sources?.End(); // who builds has the user's own ids
            }

            if (StrataCommand.NeedsSandboxes(args))
            {
                RootlessReexec.EnterIfNeeded();
            }

            else if (StrataCommand.UsesSandboxes(args))
            {
                EnterIfPossible();
            }

            if (!isRoot)
            {
                Preload(args); // not before: the process may have become another
            }

            var parsed = StrataCommand.Create(args).Parse(args);
            return parsed.Action is not HelpAction && CommandLineCheck.Check(parsed, StrataCommand.Names) is [_, ..] wrong
                ? throw new UserErrorException(wrong)
                : parsed;
        }
        finally
        {
            sources?.End(); // also where the arguments are wrong: for a newer program they may be right
        }
    }

    private static void Preload(string[] args)
    {
        if (args is ["run", ..] or ["image", "build", ..])
        {
            Cli.Preload.Start();
        }
    }

    private static void EnterIfPossible()
    {
        try
        {
            RootlessReexec.EnterIfNeeded();
        }
        catch (EnvironmentException) when (!RootlessReexec.IsInside)
        {
            // Images can be moved without other ids.
        }
    }
}
