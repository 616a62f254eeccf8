using Strata.Core.Diagnostics;

namespace Strata.Metadata;

/// <summary>What goes wrong with the database: STR600x.</summary>
internal static class MetadataDiagnostics
{
    public static Diagnostic Newer(string path, long version, int known) =>
        new("STR6001", Severity.Error, $"The database {path} was written by a newer Strata (schema {version}; this program knows {known}).", null,
            "Use the newer program, or another directory with --data DIR.");

    public static Diagnostic NotOurs(string path, string why) =>
        new("STR6002", Severity.Error, $"{path} is not a database of Strata: {why}.", null, "Move the file away, or use another directory with --data DIR.");

    public static Diagnostic CannotOpen(string path, string why) =>
        new("STR6003", Severity.Error, $"The database {path} cannot be used: {why}.", null,
            "It and its directory must be writable for this user, on a local file system; or use another directory with --data DIR.");

    public static Diagnostic NoLibrary() =>
        new("STR6004", Severity.Error, "libsqlite3.so.0 is not installed; Strata keeps its records with it.", null, "apt-get install libsqlite3-0");

    public static Diagnostic DiskFull(string path) =>
        new("STR6005", Severity.Error, $"The database {path} cannot be written: no space left on the device.", null,
            "Free some space; `strata image rm NAME` removes images that are not needed.");

    public static Diagnostic Busy(string path) =>
        new("STR6006", Severity.Error, $"The database {path} is busy: another process has held its lock for too long.", null,
            "Look for a stopped or hanging process that has the file open (`fuser FILE`), and try again.");

    public static Diagnostic Damaged(string path, string why) =>
        new("STR6007", Severity.Error, $"The database {path} is damaged: {why}.", null,
            "Move it away, with the files -wal and -shm beside it: Strata starts a new one, and builds again what the old one knew.");

    public static Diagnostic OldLibrary(string version) =>
        new("STR6008", Severity.Error, $"The SQLite of this system is too old: {version}; 3.40.0 or later is needed.", null, "Upgrade libsqlite3-0, or the distribution.");
}
