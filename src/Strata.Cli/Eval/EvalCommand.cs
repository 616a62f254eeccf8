using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Core.Diagnostics;
using Strata.Execution.Sources;
using Strata.Workflows.Evaluation;

namespace Strata.Cli.Eval;

/// <summary><c>strata eval EXPR [--context FILE.json] | --lines</c> (DESIGN §9).</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var expression = new Argument<string?>("EXPR") { Arity = ArgumentArity.ZeroOrOne, Description = "An expression, with or without ${{ }}." };
        var context = new Option<string?>("--context") { HelpName = "FILE.json", Description = "An object whose keys are contexts." };
        var lines = new Option<bool>("--lines") { Description = "Answer each line {\"expr\":…,\"contexts\":{…}} of stdin with a line." };
        var command = new Command("eval", "Evaluate an expression and print its kind and value as JSON.") { expression, context, lines };
        command.SetAction(parsed => parsed.GetValue(lines)
            ? AnswerLines()
            : Answer(parsed.GetValue(expression), parsed.GetValue(context)));
        return command;
    }

    private static int Answer(string? expression, string? contextFile)
    {
        if (expression is null)
        {
            throw new UserErrorException(CliDiagnostics.Usage("'strata eval' needs an expression, or --lines."));
        }

        var answer = NewSession().Evaluate(expression, contextFile is null ? null : ReadContexts(contextFile));
        Console.Out.WriteLine(answer);
        return answer.StartsWith("""{"error":""", StringComparison.Ordinal) ? ExitCode.Invalid : ExitCode.Success;
    }

    private static int AnswerLines()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        using var output = new StreamWriter(Console.OpenStandardOutput());
        var session = NewSession();
        while (input.ReadLine() is { } line)
        {
            output.WriteLine(session.EvaluateLine(line));
            output.Flush();
        }

        return ExitCode.Success;
    }

    /// <summary>hashFiles looks into the current directory.</summary>
    private static EvalSession NewSession() => new(patterns => new GlobFileHasher().HashFiles(Environment.CurrentDirectory, patterns));

    private static JsonObject ReadContexts(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw new UserErrorException(CliDiagnostics.Unreadable(path, "it is not a JSON object."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserErrorException(CliDiagnostics.Unreadable(path, e.Message));
        }
    }
}
