using Strata.Metadata.Sqlite;

namespace Strata.Metadata;

/// <summary>
/// One transaction, for the one delegate it was given to. Statements are written for SQLite and PostgreSQL alike: values are <c>$1</c>, <c>$2</c> … in the order
/// of the arguments.
/// </summary>
public sealed class SqlSession
{
    private readonly SqliteConnection _connection;
    private readonly bool _canWrite;

    internal SqlSession(SqliteConnection connection, bool canWrite) => (_connection, _canWrite) = (connection, canWrite);

    /// <returns>The rows it changed.</returns>
    public long Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var rows = Query(sql, values);
        while (rows.Read())
        {
        }

        return _connection.Changes;
    }

    /// <returns>The caller disposes it, before the next statement that writes.</returns>
    public SqlRows Query(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = _connection.Prepare(sql, values);
        if (!_canWrite && Sqlite3.IsReadOnly(statement) == 0)
        {
            _connection.Return(sql, statement);
            throw new InvalidOperationException("A statement that writes, in a session that reads.");
        }

        return new(_connection, sql, statement);
    }
}
