using Strata.Core.Diagnostics;
using Strata.Core.Text;

namespace Strata.Cli;

/// <summary>Problems of the command line itself: STR1001–STR1009 and STR1901–STR1999.</summary>
internal static class CliDiagnostics
{
    public static Diagnostic NoWorkflowHere(string directory) =>
        Error("STR1901", $"There is no workflow in '{directory}'.",
            "Looked for strata.yml, then the only file in .strata/workflows/, then the only one in .github/workflows/. 'strata init' writes a starter.");

    public static Diagnostic SeveralWorkflows(string folder, IEnumerable<string> files) =>
        Error("STR1902", $"{folder}/ holds more than one workflow.", "Name one of: " + string.Join(", ", files));

    public static Diagnostic NoSuchFile(string path) =>
        Error("STR1903", $"'{path}' does not exist.", "Give a workflow file or a directory that holds one.");

    public static Diagnostic NoConfiguration(string path) =>
        Error("STR1903", $"The configuration '{path}' does not exist.", "Give the file to --config, or leave that out: config.yml in the data directory is read if it is there.");

    public static Diagnostic Unreadable(string path, string why) =>
        Error("STR1904", $"'{path}' cannot be read: {why}", "Check the path and its permissions.");

    public static Diagnostic BadOption(string option, string value, string expected, string? nearest = null) =>
        Error("STR1905", $"'{value}' is not a value for {option}: expected {expected}.", nearest is null ? "With --help the command says what it takes." : $"Did you mean '{nearest}'?");

    public static Diagnostic SecretNotInEnvironment(string name) =>
        Error("STR1907", $"--secret {name}: the environment has no variable '{name}'.", $"Write --secret {name}=VALUE, export {name}, or use --secret-file.");

    public static Diagnostic BadAssignment(string file, int line, string why) =>
        new("STR1908", Severity.Error, why, new SourceSpan(file, line, 1), "Write one NAME=VALUE a line; '#' starts a comment line.");

    public static Diagnostic BadEventPayload(string path, string why) =>
        Error("STR1909", $"The event payload '{path}' is not a JSON object: {why}", "Give the webhook's JSON, for example --event push=event.json.");

    public static Diagnostic Usage(string message) =>
        Error("STR1910", message, "See 'strata --help' or 'strata COMMAND --help'.");

    public static Diagnostic UnknownOption(string name, string command, IEnumerable<string> known) =>
        Error("STR1910", $"'{command}' has no option '{name}'.", Suggestion.Nearest(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"See '{command} --help'.");

    public static Diagnostic UnknownCommand(string name, IEnumerable<string> known) =>
        Error("STR1910", $"There is no command '{name}'.", Suggestion.Nearest(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : "See 'strata --help'.");

    public static Diagnostic WouldOverwrite(string path) =>
        Error("STR1911", $"'{path}' exists already.", "Move it away, or edit it: 'strata init' overwrites nothing.");

    public static Diagnostic BadConfiguration(SourceSpan at, string why, string help) => new("STR1912", Severity.Error, why, at, help);

    public static Diagnostic TwoStorages(SourceSpan at, int otherLine) =>
        BadConfiguration(at, $"'cache' names another storage than line {otherLine} does.", "All layers are kept in one place: write it once, as 'storage:'; --storage wins over both for one run.");

    public static Diagnostic Unwritable(string path, string why) =>
        Error("STR1913", $"'{path}' cannot be written: {why}", "Check the path and its permissions.");

    public static Diagnostic UnknownShell(string shell) =>
        Error("STR1914", $"There is no completion for '{shell}'.", "Choose bash, zsh or fish.");

    public static Diagnostic NotInWorkflow(string name, IEnumerable<string> known) =>
        Error("STR1915", $"The workflow has no image '{name}' that could be pinned.", $"It has: {string.Join(", ", known)}.");

    public static Diagnostic ImportOverDefinition(string name, string file) =>
        Error("STR1916", $"'{name}' is a definition of {file}: an import would not be used.", "Import it under a reference, for example NAME:TAG, and write that after `from:`.");

    public static Diagnostic NoDestination(string name) =>
        Error("STR1917", $"'{name}' is no reference: it does not say where to push to.", $"Give the destination: strata image push {name} REGISTRY/REPOSITORY:TAG");

    public static Diagnostic UnknownArg(string name, IEnumerable<string> known) =>
        Error("STR1918", $"None of the images has an arg '{name}'.",
            Suggestion.Nearest(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : "A definition declares its args with their defaults: args: { NAME: \"value\" }");

    public static Diagnostic NeverBuilt(string name) =>
        Error("STR1920", $"'{name}' was never built here.", "`strata image build` builds it, as does a run of a job that names it; `strata image ls` lists what is there.");

    public static Diagnostic NothingToBuild() =>
        Error("STR1919", "There are no images to build.", "Declare them under 'images:' in the workflow, and call this in its directory.");

    public static Diagnostic OutputInTheWay(string path) =>
        Error("STR1921", $"'{path}' is there already, and no earlier --out put it there.", "Choose another directory, or move it away.");

    public static Diagnostic NotCommitted(string reference) => new(
        "STR1922", Severity.Warning, $"There are files that are not committed: what this run stores is internal, not protected, although {reference} is.", null,
        "Commit them, or leave out --storage.");

    public static Diagnostic UnusableData(string path, string why) =>
        Error("STR1923", $"The data directory '{path}' cannot be used: {why}", "Name a directory that can be written with --data or $STRATA_DATA.");

    public static Diagnostic BadName(string option, string name) =>
        Error("STR1924", $"'{name}' is no name for {option}.", "Use letters, digits and '_', not beginning with a digit or with GITHUB_: GitHub takes no others.");

    public static Diagnostic Internal(Exception e) => e is IOException { HResult: NoSpace or OverQuota }
        ? Error("STR1930", $"The disk is full: {e.Message}", "Make room where the data directory is (--data): 'strata cache gc', 'strata image prune', 'strata doctor --clean'.")
        : Error("STR1999", $"Strata failed: {e.GetType().Name}: {e.Message}", "This is a fault in Strata. STRATA_TRACE=1 prints where it happened.");

    private const int NoSpace = 28; // ENOSPC
    private const int OverQuota = 122; // EDQUOT

    private static Diagnostic Error(string code, string message, string help) => new(code, Severity.Error, message, null, help);
}
