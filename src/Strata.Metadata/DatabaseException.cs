using Strata.Core.Diagnostics;
using Strata.Metadata.Sqlite;

namespace Strata.Metadata;

/// <summary>The database cannot be used: missing rights, a full disk, damage, another version.</summary>
public sealed class DatabaseException : EnvironmentException
{
    internal DatabaseException(Diagnostic diagnostic, Exception? cause = null)
        : base(diagnostic, cause)
    {
    }

    /// <summary>What a result code means for the user; what only a wrong statement can cause is no diagnostic.</summary>
    internal static Exception Of(int result, string path, string message) => (SqliteResult)(result & 0xff) switch
    {
        SqliteResult.NotADatabase => new DatabaseException(MetadataDiagnostics.NotOurs(path, message)),
        SqliteResult.CannotOpen or SqliteResult.ReadOnly or SqliteResult.Perm or SqliteResult.IoError => new DatabaseException(MetadataDiagnostics.CannotOpen(path, message)),
        SqliteResult.Full => new DatabaseException(MetadataDiagnostics.DiskFull(path)),
        SqliteResult.Busy or SqliteResult.Locked => new DatabaseException(MetadataDiagnostics.Busy(path)),
        SqliteResult.Corrupt => new DatabaseException(MetadataDiagnostics.Damaged(path, message)),
        _ => new InvalidOperationException($"SQLite {result}: {message}"),
    };
}
