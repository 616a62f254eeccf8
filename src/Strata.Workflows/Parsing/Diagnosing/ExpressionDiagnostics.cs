using Strata.Core.Diagnostics;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR12xx: expressions.</summary>
internal static class ExpressionDiagnostics
{
    public static Diagnostic Invalid(SourceSpan at, string message, string? help) => Error("STR1201", at, message, help);

    public static Diagnostic NotAvailable(SourceSpan at, string message, string? help) => Error("STR1202", at, message, help);

    public static Diagnostic AlwaysTrue(SourceSpan at) => new("STR1203", Severity.Warning,
        "This condition is always true: it mixes text with ${{ }}, and text that is not empty is true.", at,
        "Put the whole condition inside one ${{ }}, or leave the marks out.");

    public static Diagnostic NotEvaluated(SourceSpan at, string what) => Error("STR1204", at,
        $"{what} is taken as written; expressions are not evaluated there.",
        what == "'shell'" ? "Write the shell itself, or the expression as `defaults.run.shell` of the job." : "Write the value itself.");

    public static Diagnostic UnknownStep(SourceSpan at, string id, IEnumerable<string> known) => Warning("STR1205", at,
        $"No step of this job has the id '{Shorten(id)}', so this is always null.", Suggest(id, known));

    public static Diagnostic LaterStep(SourceSpan at, string id) => Warning("STR1206", at,
        $"The step '{Shorten(id)}' has not run yet at this point, so this is always null.", "Move the step, or the expression.");

    public static Diagnostic UnknownNeed(SourceSpan at, string id, IEnumerable<string> known) => Warning("STR1207", at,
        $"This job does not need '{Shorten(id)}', so this is always null.", Suggest(id, known) ?? $"Add '{Shorten(id)}' to its `needs`.");

    public static Diagnostic UnknownNeedOutput(SourceSpan at, string job, string output, IEnumerable<string> known) => Warning("STR1208", at,
        $"The job '{job}' has no output '{Shorten(output)}', so this is always null.", Suggest(output, known) ?? $"Add it to `outputs:` of the job '{job}'.");

    public static Diagnostic UnknownMatrixKey(SourceSpan at, string key, IEnumerable<string> known) => Warning("STR1209", at,
        $"The matrix of this job has no key '{Shorten(key)}', so this is always null.", Suggest(key, known));

    public static Diagnostic UnknownInput(SourceSpan at, string input, IEnumerable<string> known) => Warning("STR1210", at,
        $"There is no input '{Shorten(input)}', so this is always null.", Suggest(input, known) ?? "Declare it under `inputs:`.");

    private static Diagnostic Warning(string code, SourceSpan at, string message, string? help) => new(code, Severity.Warning, message, at, help);
}
