using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Cli.Output;
using Strata.Cli.WorkflowFiles;
using Strata.Core.Diagnostics;
using Strata.Execution.Reporting;
using Strata.Workflows.Parsing;

namespace Strata.Cli.Validate;

/// <summary><c>strata validate FILE…</c>: every problem of every file. Exit 0 when none is an error, else 2.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.ZeroOrMore, Description = "Workflow files or action.yml files (default: the workflow here)." };
        var json = new Option<bool>("--json") { Description = "One JSON document on stdout." };
        var command = new Command("validate", "Check workflow files; all problems at once.") { files, json };
        command.SetAction(parsed => Execute(parsed.GetValue(files)!, parsed.GetValue(json)));
        return command;
    }

    private static int Execute(string[] files, bool json)
    {
        List<Diagnostic> diagnostics = [];
        var terminal = Terminal.Detect();
        var targets = files.Length == 0 ? new string?[] { null } : files;
        var names = new List<string>();
        var locks = new HashSet<LockFile>();
        foreach (var target in targets)
        {
            try
            {
                var file = WorkflowFile.Locate(target, Environment.CurrentDirectory);
                names.Add(file.DisplayPath);
                var isAction = Path.GetFileName(file.Path) is "action.yml" or "action.yaml";
                diagnostics.AddRange(isAction
                    ? WorkflowParser.ParseAction(file.DisplayPath, file.Read()).Diagnostics
                    : WorkflowParser.Parse(file.DisplayPath, file.Read()).Diagnostics);
                if (!isAction && locks.Add(LockFile.Of(file)))
                {
                    LockFile.Of(file).Read(diagnostics);
                }
            }
            catch (UserErrorException e)
            {
                diagnostics.AddRange(e.Diagnostics);
            }
        }

        var isValid = diagnostics.TrueForAll(d => d.Severity != Severity.Error);
        if (json)
        {
            var result = new ValidateResult(isValid, names, [.. diagnostics.Select(DiagnosticOutput.ToReport)]);
            Console.Out.WriteLine(JsonSerializer.Serialize(result, ValidateJson.Default.ValidateResult));
        }
        else
        {
            DiagnosticOutput.Print(diagnostics, terminal);
            if (isValid)
            {
                Console.Out.WriteLine($"{string.Join(", ", names)}: valid{(diagnostics.Count > 0 ? $", {diagnostics.Count} to look at" : "")}");
            }
        }

        return isValid ? ExitCode.Success : ExitCode.Invalid;
    }
}

internal sealed record ValidateResult(bool Valid, IReadOnlyList<string> Files, IReadOnlyList<DiagnosticReport> Diagnostics);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ValidateResult))]
internal sealed partial class ValidateJson : JsonSerializerContext;
