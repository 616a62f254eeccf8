using Strata.Core.Diagnostics;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR14xx: needs and matrices.</summary>
internal static class GraphDiagnostics
{
    public static Diagnostic UnknownJob(SourceSpan at, string id, IEnumerable<string> known) => Error("STR1401", at,
        $"There is no job '{Shorten(id)}'.", Suggest(id, known) ?? $"Jobs: {Shorten(string.Join(", ", known))}.");

    public static Diagnostic NeedsItself(SourceSpan at, string id) => Error("STR1402", at,
        $"The job '{id}' needs itself.", "Remove it from `needs`.");

    public static Diagnostic Cycle(SourceSpan at, IReadOnlyList<string> path) => Error("STR1403", at,
        $"These jobs need each other: {string.Join(" → ", path)}.", "Remove one of these needs (artifacts-from implies needs too).");

    public static Diagnostic DuplicateNeed(SourceSpan at, string id) => new("STR1404", Severity.Warning,
        $"The job '{Shorten(id)}' is named twice in `needs`.", at, "Remove one.");

    public static Diagnostic Matrix(SourceSpan at, string problem) => Error("STR1405", at, problem, null);
}
