using System.CommandLine;
using System.Text.Json;
using Strata.Workflows.Schema;

namespace Strata.Cli.CommandLine;

/// <summary><c>strata schema</c>: the JSON Schema of workflow files.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON Schema of workflow files (for editors).");
        command.SetAction(_ =>
        {
            using var stdout = Console.OpenStandardOutput();
            using (var writer = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true }))
            {
                WorkflowSchema.Write(writer);
            }

            stdout.WriteByte((byte)'\n');
            return ExitCode.Success;
        });
        return command;
    }
}
