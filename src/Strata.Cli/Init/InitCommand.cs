using System.CommandLine;
using Strata.Cli.Output;
using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Workflows.Conversion;

namespace Strata.Cli.Init;

/// <summary><c>strata init [--from FILE]</c>: writes strata.yml, a starter or a conversion; overwrites nothing.</summary>
internal static class InitCommand
{
    private const string Target = "strata.yml";

    public static Command Create()
    {
        var from = new Option<string?>("--from") { HelpName = "FILE", Description = "A GitHub workflow to convert." };
        var command = new Command("init", "Write a starter strata.yml, or convert a GitHub workflow.") { from };
        command.SetAction(parsed => Execute(parsed.GetValue(from)));
        return command;
    }

    private static int Execute(string? from)
    {
        if (File.Exists(Target))
        {
            throw new UserErrorException(CliDiagnostics.WouldOverwrite(Target));
        }

        var text = StarterWorkflow.Text;
        IReadOnlyList<Diagnostic> byHand = [];
        if (from is not null)
        {
            var file = WorkflowFile.Locate(from, Environment.CurrentDirectory);
            (text, byHand) = WorkflowConversion.Convert(file.DisplayPath, file.Read());
        }

        try
        {
            using var file = new FileStream(Target, FileMode.CreateNew, FileAccess.Write);
            using var writer = new StreamWriter(file);
            writer.Write(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(CliDiagnostics.Unwritable(Target, e.Message));
        }

        DiagnosticOutput.Print(byHand, Terminal.Detect());
        Console.Out.WriteLine(byHand.Count == 0
            ? $"wrote {Target}. Next: strata run"
            : $"wrote {Target}; {(byHand.Count == 1 ? "one place above needs" : $"{byHand.Count} places above need")} a hand. Next: strata validate");
        return ExitCode.Success;
    }
}
