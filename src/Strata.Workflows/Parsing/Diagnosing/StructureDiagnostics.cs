using Strata.Core.Diagnostics;
using Strata.Workflows.Schema;
using static Strata.Workflows.Parsing.Diagnosing.YamlDiagnostics;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR11xx: keys, types and plain values.</summary>
internal static class StructureDiagnostics
{
    public static Diagnostic UnknownKey(SourceSpan at, string key, ObjectShape shape) => Error("STR1101", at,
        $"Unknown key '{Shorten(key)}' in {shape.Name}.", Suggest(key, Names(shape)) ?? (shape.Keys.Count == 0 ? "It has no settings: remove the key." : $"Known keys: {string.Join(", ", Names(shape))}."));

    public static Diagnostic WrongType(SourceSpan at, string what, string expected, string found) => Error("STR1102", at,
        $"{what} must be {expected}; found {found}.", HowToWrite(expected));

    private static string HowToWrite(string expected) =>
        expected.Contains("a list", StringComparison.Ordinal) ? "A list is [a, b], or one item to a line, each after '- '."
        : expected.Contains("a mapping", StringComparison.Ordinal) ? "A mapping is { key: value }, or one 'key: value' to a line."
        : expected.Contains("true or false", StringComparison.Ordinal) ? "Write true or false, without quotes."
        : expected.Contains("a number", StringComparison.Ordinal) ? "Write a number, without quotes."
        : "Write the value behind the key, in quotes if it begins with { or [ or holds ': '.";

    public static Diagnostic MissingKey(SourceSpan at, string key, ObjectShape shape) => Error("STR1103", at,
        $"The key '{key}' is missing in {shape.Name}.", $"{key}: {shape.Find(key)?.Doc}");

    public static Diagnostic NotAllowed(SourceSpan at, string what, string found, IReadOnlyList<string> allowed) => Error("STR1104", at,
        $"{what} cannot be '{Shorten(found)}'.", Suggest(found, allowed) ?? $"Use one of: {string.Join(", ", allowed)}.");

    public static Diagnostic BadId(SourceSpan at, string what, string id) => Error("STR1105", at,
        $"'{Shorten(id)}' cannot be the id of {what}.", "An id has letters, digits, - and _, starts with a letter or _, and has at most 100 characters.");

    public static Diagnostic ReservedId(SourceSpan at, string what, string id) => Error("STR1105", at,
        $"'{Shorten(id)}' cannot be the id of {what}: ids that begin with __ are reserved.", "Begin it with a letter or a single _.");

    public static Diagnostic DuplicateId(SourceSpan at, string what, string id, SourceSpan first) => Error("STR1106", at,
        $"The id '{Shorten(id)}' of {what} is already used at {first.Line}:{first.Column} (upper and lower case are the same).", "Give each its own id.");

    public static Diagnostic Conflict(SourceSpan at, string key, string other, string why) => Error("STR1107", at,
        $"'{key}' and '{other}' cannot be used together: {why}", "Keep one of the two.");

    public static Diagnostic UnknownEvent(SourceSpan at, string name) => Error("STR1108", at,
        $"There is no event '{Shorten(name)}'.", Suggest(name, GitHubEvents.Names) ?? "The usual ones are push, pull_request, schedule and workflow_dispatch.");

    public static Diagnostic NoTimes(SourceSpan at) => new("STR1109", Severity.Warning,
        "'schedule' without times never starts anything.", at, "Write the times: `schedule: [{cron: '30 4 * * 1-5'}]` (in UTC).");

    public static Diagnostic BadCron(SourceSpan at, string cron, string why) => Error("STR1109", at,
        $"'{Shorten(cron)}' is not a schedule: {why}", "Five fields: minute hour day-of-month month day-of-week, as '30 4 * * 1-5' (in UTC).");

    public static Diagnostic OutOfRange(SourceSpan at, string what, string range) => Error("STR1110", at,
        $"{what} must be {range}.", null);

    public static Diagnostic NumberChangesAsText(SourceSpan at, string written, string read) => new("STR1111", Severity.Warning,
        $"YAML reads {Shorten(written)} as a number, so this becomes the text '{read}'.", at, $"Write '{Shorten(written)}' in quotes to keep it as it is.");

    public static Diagnostic EmptyValue(SourceSpan at, string what) => Error("STR1112", at,
        $"{what} is empty.", "Write a value, or remove the key.");

    public static Diagnostic BadVariableName(SourceSpan at, string name) => Error("STR1113", at,
        $"'{Shorten(name)}' cannot be the name of an environment variable.", "A name is not empty and has no '=' and no white space or control character.");

    public static Diagnostic BadDuration(SourceSpan at, string what, string found) => Error("STR1114", at,
        $"{what} must be a duration; '{Shorten(found)}' is none.", "Write a number with s, m, h, d or w, as 30m, 12h or 7d; at most ten years.");

    public static Diagnostic BadSize(SourceSpan at, string what, string found) => Error("STR1115", at,
        $"{what} must be a size in bytes; '{Shorten(found)}' is none.", "Write a number with a unit, as 512MiB, 2g or 20GB.");

    public static Diagnostic TooMany(SourceSpan at, string what, int max) => Error("STR1116", at,
        $"There are more than {max:N0} {what}.", "Split the workflow into several files.");

    public static Diagnostic FiltersConflict(SourceSpan at, string key, string other) => Error("STR1117", at,
        $"'{key}' and '{other}' cannot be used for the same event.", $"Use '{other}' alone; a pattern that starts with ! excludes.");

    public static Diagnostic OnlyNegativePatterns(SourceSpan at, string key) => Error("STR1118", at,
        $"All patterns of '{key}' exclude, so nothing could match.", $"Use '{key}-ignore', or put a pattern that includes first, as '**'.");

    public static Diagnostic NoEffect(SourceSpan at, string input, string why) => new("STR1119", Severity.Warning,
        $"'{Shorten(input)}' changes nothing here: {why}", at, "Remove it, or keep it for GitHub.");

    public static Diagnostic UnknownInput(SourceSpan at, string action, string input, IReadOnlyList<string> known) => Error("STR1120", at,
        $"{action} has no input '{Shorten(input)}'.", Suggest(input, known) ?? $"Its inputs: {string.Join(", ", known)}.");

    public static Diagnostic NothingToDo(SourceSpan at) => Error("STR1121", at,
        "A step needs 'run' or 'uses'.", "Add `run:` with a command.");

    public static Diagnostic BadLocalPath(SourceSpan at, string path) => Error("STR1122", at,
        $"'{Shorten(path)}' is not a path inside the workspace.", "Write ./DIRECTORY of a directory in this repository that holds action.yml.");

    public static Diagnostic MissingInput(SourceSpan at, string action, string input) => Error("STR1123", at,
        $"{action} needs the input '{input}'.", $"Add it under `with:`.");

    public static Diagnostic BadDefault(SourceSpan at, string input, string type) => Error("STR1124", at,
        $"The default of the input '{Shorten(input)}' does not fit its type {type}.", null);

    public static Diagnostic KeyNeedsOther(SourceSpan at, string key, string needed) => Error("STR1125", at,
        $"'{key}' has a meaning only together with '{needed}'.", $"Remove it, or add '{needed}'.");

    public static Diagnostic NoVersion(SourceSpan at, string reference) => Error("STR1126", at,
        $"'{Shorten(reference)}' is no reference to an action.", "Write OWNER/NAME@VERSION, as actions/checkout@v4, or ./PATH of an action in this repository.");

    public static Diagnostic EmptyScript(SourceSpan at) => new("STR1127", Severity.Warning,
        "'run' is empty: the step does nothing.", at, "Write a command, or remove the step.");

    public static Diagnostic NotInCall(SourceSpan at, string key) => Error("STR1107", at,
        $"'{key}' and 'uses' cannot be used together: a job that uses a workflow has only name, needs, if, strategy, permissions, concurrency, with and secrets.",
        $"Remove '{key}', or set it in the jobs of that workflow.");

    private static IEnumerable<string> Names(ObjectShape shape)
    {
        foreach (var key in shape.Keys)
        {
            if (key.SpellingOf is null)
            {
                yield return key.Name;
            }
        }
    }
}
