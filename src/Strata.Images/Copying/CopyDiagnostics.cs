using Strata.Core.Diagnostics;
using Strata.Layers.Entries;

namespace Strata.Images.Copying;

/// <summary>What goes wrong when an image's definition copies files or makes its working directory: STR3160 to STR3169.</summary>
internal static class CopyDiagnostics
{
    public static Diagnostic NothingMatches(string pattern, string where, string help, SourceSpan at) =>
        new("STR3160", Severity.Error, $"Nothing in {where} matches '{pattern}'.", at, help);

    public static Diagnostic BadPattern(string pattern, string why, SourceSpan at) =>
        new("STR3161", Severity.Error, $"'{pattern}' names nothing that can be copied: {why}", at,
            "Write paths and patterns relative to the workspace (or from the root of the image of `from-image`), without '..', as in: from: [tools/, config/*.json]");

    public static Diagnostic KindsDiffer(string path, string copied, string present, string? help, SourceSpan at) =>
        new("STR3162", Severity.Error, $"/{path} cannot be copied: it is {copied}, and {present} is there.", at,
            help ?? "Copy to another place, or remove what is there with a `run` step before.");

    public static Diagnostic NoPlace(string path, string why, SourceSpan at) =>
        new("STR3163", Severity.Error, $"'{path}' cannot be a place in the image: {why}.", at, "Name a path whose directories exist in the image or can be made.");

    public static Diagnostic UnknownOwner(string owner, string why, SourceSpan at) =>
        new("STR3164", Severity.Error, $"The owner '{owner}' cannot be given to files: {why}.", at,
            "Write USER or USER:GROUP, each a number or a name of the image's /etc/passwd and /etc/group; a `run` step before can add them.");

    public static Diagnostic TooLong(string path, SourceSpan at) =>
        new("STR3165", Severity.Error, $"'{path}' cannot be copied: its path in the image is longer than 4095 bytes or deeper than 256 directories.", at, "Copy to a shorter path.");

    /// <param name="found">By the gate.</param>
    public static Diagnostic Secret(Diagnostic found) =>
        found with { Help = $"{found.Help}\nA copy can leave the file out (`exclude:`), and the step that needs the secret name it (`secrets:`)." };

    public static string KindName(EntryKind kind) => kind switch
    {
        EntryKind.Directory => "a directory",
        EntryKind.Symlink => "a link",
        EntryKind.File or EntryKind.HardLink => "a file",
        _ => "a special file",
    };
}
