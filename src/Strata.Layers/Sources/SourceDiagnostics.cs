using Strata.Core;
using Strata.Core.Diagnostics;

namespace Strata.Layers.Sources;

/// <summary>What goes wrong with sources: STR33xx.</summary>
internal static class SourceDiagnostics
{
    public static Diagnostic Large(string workspace, long sizeBytes) =>
        new("STR3301", Severity.Warning, $"{workspace} holds {new ByteSize(sizeBytes)} of visible files; each change packs all of them again.", null,
            "Add what is not source to .gitignore.");

    public static Diagnostic GitMissing() =>
        new("STR3302", Severity.Error, "The workspace is in a git repository and git is not installed.", null, "apt-get install git");

    public static Diagnostic GitFailed(string repository, string reason) =>
        new("STR3303", Severity.Error, $"git could not list the files of {repository}.", null, reason.Length == 0 ? null : reason);

    public static Diagnostic Changing(string file) =>
        new("STR3304", Severity.Warning, $"{file} is written again and again; the job sees it as it was at one moment.", null,
            "Stop what writes it, or add it to .gitignore.");

    public static Diagnostic Unsteady(string file) =>
        new("STR3304", Severity.Error, $"{file} changed each time it was read: the job would see a mixture.", null,
            "Stop what writes it, or add it to .gitignore.");

    public static Diagnostic GitIsBusy() =>
        new("STR3304", Severity.Error, ".git/index.lock is held by a git that has been changing files for seconds: the job would see a mixture.", null, "Run again when it is done.");

    /// <param name="files">The first ones.</param>
    public static Diagnostic Special(IReadOnlyList<string> files, long count) =>
        new("STR3305", Severity.Warning, $"{string.Join(", ", files)}{(count > files.Count ? $" and {count - files.Count} more" : "")}: sockets, fifos and devices are left out.", null, null);

    public static Diagnostic Unreadable(string file, string reason) =>
        new("STR3306", Severity.Error, $"The source file {file} cannot be read: {reason}.", null,
            "Give yourself the right to read it, or add it to .gitignore.");

    public static Diagnostic NotStored(string workspace, string reason) =>
        new("STR3307", Severity.Error, $"The layer of {workspace} cannot be written: {reason}.", null,
            "Free space where the data directory is, or choose another with --data.");

    /// <param name="layer">What was made of the same files earlier.</param>
    public static Diagnostic Damaged(string workspace, Digest layer) =>
        new("STR3308", Severity.Warning, $"The layer {layer.Short} of {workspace} was damaged on this disk. It was put aside, and made again of the same files.", null,
            "See what else is damaged: strata doctor --scrub");
}
