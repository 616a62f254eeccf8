using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Parsing.Diagnosing;

/// <summary>STR10xx: the file as YAML.</summary>
internal static class YamlDiagnostics
{
    public static Diagnostic FileTooLarge(string file, long bytes) => Error("STR1001", new(file, 1, 1),
        $"The file has {bytes:N0} bytes; a workflow may have {WorkflowParser.FileSizeMax:N0}.", "Move long scripts into files of the repository and run those.");

    public static Diagnostic InvalidUtf8(SourceSpan at) => Error("STR1002", at,
        "This byte is not valid UTF-8.", "Save the file as UTF-8.");

    public static Diagnostic NotUtf8Mark(string file) => Error("STR1003", new(file, 1, 1),
        "The file starts with the byte order mark of UTF-16 or UTF-32.", "Save the file as UTF-8.");

    public static Diagnostic ControlCharacter(SourceSpan at, char found) => Error("STR1004", at,
        $"The control character U+{(int)found:X4} is not allowed in YAML.", "Remove it, or write it as an escape in double quotes, as \"\\u001b\".");

    /// <summary>No argument, variable or path of Linux can hold it; written as an escape it is legal YAML.</summary>
    public static Diagnostic Zero(SourceSpan at) => Error("STR1021", at,
        "This text holds the character U+0000, which no program can be given.", "Remove it; a script can make one, as with printf '\\0'.");

    public static Diagnostic Syntax(SourceSpan at, string message) => Error("STR1005", at,
        $"This is not valid YAML. {message}", "Look at the indentation, at quotes and brackets that are not closed, and at ': ' or '#' in unquoted text.");

    public static Diagnostic Tab(SourceSpan at) => Error("STR1006", at,
        "A tab indents this line; YAML allows only spaces there.", "Replace the tab by spaces.");

    public static Diagnostic TooDeep(SourceSpan at) => Error("STR1007", at,
        $"Lists and mappings are nested more than {YamlLimits.DepthMax} deep here.", null);

    public static Diagnostic TooManyNodes(SourceSpan at) => Error("STR1008", at,
        $"The file has more than {YamlLimits.NodesMax:N0} values once its aliases are written out.", "Use fewer aliases of large anchors.");

    public static Diagnostic TooManyAliases(SourceSpan at) => Error("STR1009", at,
        $"The file has more than {YamlLimits.AliasesMax:N0} aliases.", "Use a matrix or a local action instead of repeated aliases.");

    public static Diagnostic KeyTooLong(SourceSpan at) => Error("STR1010", at,
        $"This key is longer than {YamlLimits.KeyLengthMax} characters.", null);

    public static Diagnostic TextTooLong(SourceSpan at, int length) => Error("STR1011", at,
        $"This text has {length:N0} characters; {YamlLimits.TextLengthMax:N0} are allowed.", "Move it into a file of the repository.");

    public static Diagnostic DuplicateKey(SourceSpan at, string key, SourceSpan first) => Error("STR1012", at,
        $"The key '{Shorten(key)}' is already defined at {first.Line}:{first.Column}.", "Keep one of the two, or merge them.");

    public static Diagnostic MergeKey(SourceSpan at) => Error("STR1013", at,
        "Merge keys (<<) are not part of the workflow syntax.", "Use a whole alias (key: *anchor), or write the keys out.");

    public static Diagnostic Tag(SourceSpan at, string tag) => Error("STR1014", at,
        $"YAML tags such as '{Shorten(tag.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal))}' are not part of the workflow syntax.", "Remove the tag; quote the value if it should be text.");

    public static Diagnostic SeveralDocuments(SourceSpan at) => Error("STR1015", at,
        "A second YAML document starts here; a workflow file has one.", "Put the other document into its own file.");

    public static Diagnostic UnknownAlias(SourceSpan at, string name, IEnumerable<string> known) => Error("STR1016", at,
        $"There is no anchor '&{Shorten(name)}' before this alias.", Suggest(name, known) ?? "Define the anchor above its first use; quote the text if a leading * is meant.");

    public static Diagnostic AliasInsideItself(SourceSpan at, string name) => Error("STR1017", at,
        $"The alias '*{Shorten(name)}' stands inside its own anchor.", "Write the value out.");

    public static Diagnostic KeyIsNotText(SourceSpan at) => Error("STR1018", at,
        "A key must be plain text, not a list or a mapping.", "Did you mean '${{ … }}' with quotes around it? '{' starts a mapping in YAML.");

    public static Diagnostic Empty(string file) => Error("STR1019", new(file, 1, 1),
        "The file is empty.", "`strata init` writes a starter workflow.");

    public static Diagnostic TooManyProblems(string file) => Error("STR1020", new(file, 1, 1),
        "There are so many problems that the rest of the file was not checked.", "Is this a workflow? Correct the ones named first.");

    /// <summary>Comparing costs the product of the lengths, for each known name: fewer are looked at for a long one.</summary>
    internal static string? Suggest(string name, IEnumerable<string> known) =>
        Suggestion.Nearest(name, known.Take(name.Length > 24 ? 16 : 128)) is { } nearest ? $"Did you mean '{nearest}'?" : null;

    /// <summary>Texts of users in messages stay readable.</summary>
    internal static string Shorten(string text) => text.Length <= 80 ? text : $"{text.AsSpan(0, 77)}…";

    internal static Diagnostic Error(string code, SourceSpan at, string message, string? help) => new(code, Severity.Error, message, at, help);
}
