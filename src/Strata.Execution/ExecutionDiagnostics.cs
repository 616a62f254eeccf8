using Strata.Core.Diagnostics;

namespace Strata.Execution;

/// <summary>STR15xx selection and inputs, STR16xx while a job runs, STR17xx what this version does not execute yet.</summary>
internal static class ExecutionDiagnostics
{
    public static Diagnostic UnknownJob(string id, string? nearest, IEnumerable<string> known) => Error(
        "STR1501", $"There is no job '{id}' in the workflow.", null,
        nearest is null ? $"Its jobs are: {string.Join(", ", known)}." : $"Did you mean '{nearest}'?");

    public static Diagnostic UnknownMatrixKey(string key, string? nearest) => Error(
        "STR1502", $"No selected job has '{key}' in its matrix.", null,
        nearest is null ? "See 'strata plan' for the combinations." : $"Did you mean '{nearest}'?");

    public static Diagnostic NoMatrixMatch(string selection) => Error(
        "STR1503", $"No combination of a selected job's matrix has {selection}.", null, "See 'strata plan' for the combinations.");

    public static Diagnostic UnknownInput(string name, string? nearest) => Error(
        "STR1504", $"The workflow has no input '{name}'.", null,
        nearest is null ? "Declare it under on.workflow_dispatch.inputs." : $"Did you mean '{nearest}'?");

    public static Diagnostic MissingInput(string name, SourceSpan at) => Error(
        "STR1505", $"The input '{name}' is required and has no value.", at, $"Give it: --input {name}=VALUE");

    public static Diagnostic BadInput(string name, string value, string expected, SourceSpan at) => Error(
        "STR1506", $"The input '{name}' is '{value}', which is not {expected}.", at, $"Give {expected}: --input {name}=VALUE");

    public static Diagnostic UnknownImage(string reference, SourceSpan at, string? nearest) => Error(
        "STR1507", $"'{reference}' is no image of this workflow and no base system.", at,
        nearest is null ? "Write debootstrap:SUITE, rootfs:FILE.tar, or the name of a definition under 'images:'." : $"Did you mean '{nearest}'?");

    public static Diagnostic RootFsOutsideWorkspace(string path, SourceSpan? at) => Error(
        "STR1508", $"The file '{path}' is outside the workspace.", at, "Write an absolute path, or put the file into the workspace.");

    public static Diagnostic ShortSecret(string name) => new(
        "STR1601", Severity.Warning, $"The secret '{name}' has a value under 4 characters, which cannot be masked: it would hide ordinary text.", null,
        "Use a longer value.");

    public static Diagnostic RunTaken(string runId) => Error(
        "STR1602", $"The database has a run '{runId}' already.", null, "The data directory was put together from two others, or copied back: remove its runs directory, or use another with --data.");

    public static Diagnostic AttemptTaken(string runId, string job) => Error(
        "STR1603", $"Another process runs the job '{job}' of run '{runId}', or has run it.", null, "Start the run again.");

    public static Diagnostic BadAllowList(string problem) => Error(
        "STR1604", $"allow-secrets-in is not valid: {problem}", null, "Write patterns relative to the artifact's root.");

    public static Diagnostic NoSuchHermeticStep(string name) => Error(
        "STR1605", $"No selected job has a step '{name}' with 'cache:'.", null, "Name a step by its id or name; one without 'cache:' gets cache: { inputs: ['**'], outputs: [...] } first.");

    public static Diagnostic NoTerminal() => new(
        "STR1606", Severity.Warning, "--shell-on-failure does nothing here: a shell needs a terminal as its input and output.", null,
        "Start strata in a terminal without redirecting it, or leave the option out.");

    private static Diagnostic Error(string code, string message, SourceSpan? at, string? help) => new(code, Severity.Error, message, at, help);
}
