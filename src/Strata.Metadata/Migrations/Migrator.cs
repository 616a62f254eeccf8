using System.Globalization;
using Strata.Metadata.Sqlite;

namespace Strata.Metadata.Migrations;

/// <summary>Brings a database to this program's schema. Dying between any two statements leaves one that the next start goes on from.</summary>
internal static class Migrator
{
    /// <summary><c>Strt</c>: what an empty file gets, and no other database has.</summary>
    private const int ApplicationId = 0x53747274;

    /// <exception cref="DatabaseException">A newer program wrote it, or it is not Strata's.</exception>
    public static void Migrate(SqliteConnection connection, string path, IReadOnlyList<Migration> migrations)
    {
        var version = VersionOf(connection, path);
        if (version == migrations.Count)
        {
            return;
        }

        RefuseNewer(version, path, migrations);
        SwitchToWal(connection, path);
        foreach (var migration in migrations)
        {
            if (migration.Version > version)
            {
                version = Apply(connection, path, migration, migrations);
            }
        }
    }

    /// <returns>The version then: another process may have been faster.</returns>
    private static long Apply(SqliteConnection connection, string path, Migration migration, IReadOnlyList<Migration> migrations)
    {
        connection.Run("BEGIN IMMEDIATE"); // whatever fails, the caller ends the connection, and with it the transaction
        var version = VersionOf(connection, path);
        RefuseNewer(version, path, migrations);
        if (version < migration.Version)
        {
            version = migration.Version;
            connection.Run(migration.Sql);
            connection.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}; PRAGMA application_id = {ApplicationId}"));
        }

        connection.Run("COMMIT");
        return version;
    }

    /// <summary>Stays so in the file. Two that create it at once get in each other's way, which SQLite reports without waiting.</summary>
    private static void SwitchToWal(SqliteConnection connection, string path)
    {
        const int Tries = 100;
        for (var i = 0; !connection.TryRun("PRAGMA journal_mode = WAL"); i++)
        {
            if (i == Tries)
            {
                throw new DatabaseException(MetadataDiagnostics.Busy(path));
            }
        }
    }

    private static long VersionOf(SqliteConnection connection, string path)
    {
        // Each reads a moment of its own: whoever makes the database sets the mark with its first table, so the mark is looked at last.
        var isEmpty = Pragma(connection, "SELECT count(*) FROM sqlite_master") == 0;
        var version = Pragma(connection, "PRAGMA user_version");
        if ((!isEmpty || version != 0) && Pragma(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw new DatabaseException(MetadataDiagnostics.NotOurs(path, "it is another program's"));
        }

        return version;
    }

    private static void RefuseNewer(long version, string path, IReadOnlyList<Migration> migrations)
    {
        if (version > migrations.Count)
        {
            throw new DatabaseException(MetadataDiagnostics.Newer(path, version, migrations.Count));
        }
    }

    private static long Pragma(SqliteConnection connection, string sql)
    {
        using var rows = new SqlRows(connection, sql, connection.Prepare(sql, []));
        return rows.Read() ? rows.Integer(0) : 0;
    }
}
