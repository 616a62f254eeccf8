using System.Globalization;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>The <c>inputs</c> context: values given, by the types of workflow_dispatch, else defaults.</summary>
internal static class WorkflowInputs
{
    private const string Dispatch = "workflow_dispatch";

    public static (ObjectValue Inputs, IReadOnlyList<Diagnostic> Problems) Of(RunRequest request)
    {
        var declared = request.Workflow.On.Inputs;
        var problems = new List<Diagnostic>();
        foreach (var name in request.Inputs.Keys)
        {
            if (!declared.Any(i => i.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add(ExecutionDiagnostics.UnknownInput(name, Suggestion.Nearest(name, declared.Select(i => i.Name))));
            }
        }

        // Other events have no inputs; giving one on the command line asks for them.
        var asked = request.EventName == Dispatch || request.Inputs.Count > 0;
        var members = new List<KeyValuePair<string, Value>>();
        if (asked)
        {
            foreach (var input in declared)
            {
                members.Add(new(input.Name, ValueOf(input, request.Inputs, problems)));
            }
        }

        return (new(members), problems);
    }

    private static Value ValueOf(WorkflowInput input, IReadOnlyDictionary<string, string> given, List<Diagnostic> problems)
    {
        var text = given.FirstOrDefault(g => g.Key.Equals(input.Name, StringComparison.OrdinalIgnoreCase)).Value;
        if (text is null)
        {
            if (input.Required && input.Default.Kind == ValueKind.Null)
            {
                problems.Add(ExecutionDiagnostics.MissingInput(input.Name, input.At));
            }

            return input.Default.Kind != ValueKind.Null ? input.Default
                : input.Type == "boolean" ? Value.False
                : Value.From("");
        }

        switch (input.Type)
        {
            case "boolean" when text is "true" or "false":
                return Value.From(text == "true");
            case "boolean":
                problems.Add(ExecutionDiagnostics.BadInput(input.Name, text, "true or false", input.At));
                break;
            case "number" when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return Value.From(number);
            case "number":
                problems.Add(ExecutionDiagnostics.BadInput(input.Name, text, "a number", input.At));
                break;
            case "choice" when !input.Options.Contains(text, StringComparer.Ordinal):
                problems.Add(ExecutionDiagnostics.BadInput(input.Name, text, $"one of {string.Join(", ", input.Options)}", input.At));
                break;
        }

        return Value.From(text);
    }
}
