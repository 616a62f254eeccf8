using System.Text;
using Strata.Metadata.Sqlite;

namespace Strata.Metadata;

/// <summary>What a statement returns, row by row. Columns count from 0.</summary>
public sealed unsafe class SqlRows : IDisposable
{
    private const int NullType = 5;

    private readonly SqliteConnection _connection;
    private readonly string _sql;
    private nint _statement;

    internal SqlRows(SqliteConnection connection, string sql, nint statement) => (_connection, _sql, _statement) = (connection, sql, statement);

    /// <returns>False: there are no more.</returns>
    public bool Read() => _connection.Step(_statement);

    public bool IsNull(int column) => Sqlite3.ColumnType(_statement, column) == NullType;

    public long Integer(int column) => Sqlite3.ColumnInt64(_statement, column);

    public bool Truth(int column) => Integer(column) != 0;

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Integer(column));

    public string Text(int column)
    {
        var bytes = Sqlite3.ColumnText(_statement, column); // before its size: the call may convert
        return bytes == null ? "" : Encoding.UTF8.GetString(bytes, Sqlite3.ColumnSizeBytes(_statement, column));
    }

    public void Dispose()
    {
        var statement = Interlocked.Exchange(ref _statement, 0);
        if (statement != 0)
        {
            _connection.Return(_sql, statement);
        }
    }
}
