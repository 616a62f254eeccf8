using System.Runtime.InteropServices;
using System.Text;

namespace Strata.Metadata.Sqlite;

/// <summary>One open database. For one thread at a time.</summary>
/// <remarks>No other descriptor of the file may be opened and closed in this process: the kernel would drop SQLite's locks (https://sqlite.org/howtocorrupt.html §2.2).</remarks>
internal sealed unsafe class SqliteConnection : IDisposable
{
    /// <summary>STRICT tables, RETURNING, and the fixes to both.</summary>
    private const int VersionMin = 3_040_000;

    // READWRITE, NOMUTEX, EXRESCODE, and CREATE.
    private const int OpenFlags = 0x2 | 0x8000 | 0x0200_0000;
    private const int CreateFlag = 0x4;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true); // half a character would make two texts one

    private readonly string _path;
    private readonly StatementCache _statements = new();
    private nint _database;

    public SqliteConnection(string path, bool create)
    {
        _path = path;
        CheckLibrary();
        var result = Sqlite3.Open(path, out _database, OpenFlags | (create ? CreateFlag : 0), 0);
        if (result != 0)
        {
            var failure = FailureOf(result);
            Dispose();
            throw failure;
        }
    }

    /// <summary>For this long each call waits for another connection's lock.</summary>
    public TimeSpan BusyTimeout
    {
        set => _ = Sqlite3.SetBusyTimeout(_database, (int)value.TotalMilliseconds);
    }

    /// <summary>Runs statements without values, which return nothing.</summary>
    public void Run(string sql) => Check(Sqlite3.Execute(_database, sql, 0, 0, 0));

    /// <summary>As <see cref="Run"/>; false: another connection is in the way, still after the busy time-out.</summary>
    public bool TryRun(string sql)
    {
        var result = Sqlite3.Execute(_database, sql, 0, 0, 0);
        if ((SqliteResult)(result & 0xff) is SqliteResult.Busy or SqliteResult.Locked)
        {
            return false;
        }

        Check(result);
        return true;
    }

    /// <summary>One statement with its values: <c>$1</c> is the first.</summary>
    /// <returns>The caller returns it with <see cref="Return"/>.</returns>
    public nint Prepare(string sql, ReadOnlySpan<SqlValue> values)
    {
        var statement = _statements.Take(sql);
        if (statement == 0)
        {
            statement = Compile(sql);
        }

        try
        {
            if (Sqlite3.ParameterCount(statement) != values.Length)
            {
                throw new ArgumentException($"The statement takes {Sqlite3.ParameterCount(statement)} values, not {values.Length}.", nameof(values));
            }

            for (var i = 0; i < values.Length; i++)
            {
                Bind(statement, i + 1, values[i]);
            }

            return statement;
        }
        catch
        {
            _ = Sqlite3.CloseStatement(statement);
            throw;
        }
    }

    /// <summary>After the last row, or before.</summary>
    public void Return(string sql, nint statement)
    {
        if (_database == 0)
        {
            _ = Sqlite3.CloseStatement(statement); // its connection waits for it
        }
        else
        {
            _statements.Return(sql, statement);
        }
    }

    private nint Compile(string sql)
    {
        var text = Utf8.GetBytes(sql);
        fixed (byte* bytes = text)
        {
            Check(Sqlite3.Prepare(_database, bytes, text.Length, out var statement, out var rest));
            if (rest != bytes + text.Length)
            {
                _ = Sqlite3.CloseStatement(statement);
                throw new ArgumentException("More than one statement.", nameof(sql));
            }

            return statement;
        }
    }

    /// <returns>Whether there is a row.</returns>
    public bool Step(nint statement)
    {
        var result = Sqlite3.Step(statement);
        if (result is not ((int)SqliteResult.Row or (int)SqliteResult.Done))
        {
            throw FailureOf(result);
        }

        return result == (int)SqliteResult.Row;
    }

    /// <summary>Rows the last statement that wrote has changed.</summary>
    public long Changes => Sqlite3.Changes(_database);

    public void Dispose()
    {
        var database = Interlocked.Exchange(ref _database, 0);
        if (database != 0)
        {
            _statements.Clear();
            _ = Sqlite3.Close(database);
        }
    }

    private void Check(int result)
    {
        if (result != 0)
        {
            throw FailureOf(result);
        }
    }

    private Exception FailureOf(int result) =>
        DatabaseException.Of(result, _path, _database == 0 ? "out of memory" : Marshal.PtrToStringUTF8((nint)Sqlite3.ErrorMessage(_database)) ?? "");

    private static void CheckLibrary()
    {
        int version;
        try
        {
            version = Sqlite3.LibraryVersion();
        }
        catch (DllNotFoundException e)
        {
            throw new DatabaseException(MetadataDiagnostics.NoLibrary(), e);
        }

        if (version < VersionMin)
        {
            throw new DatabaseException(MetadataDiagnostics.OldLibrary($"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}"));
        }
    }

    private void Bind(nint statement, int number, SqlValue value)
    {
        Span<byte> name = stackalloc byte[8];
        name[0] = (byte)'$';
        _ = number.TryFormat(name[1..^1], out var digits);
        name[digits + 1] = 0;
        int index;
        fixed (byte* pointer = name)
        {
            index = Sqlite3.ParameterIndex(statement, pointer);
        }

        if (index == 0)
        {
            throw new ArgumentException($"The statement has no ${number}.", nameof(number));
        }

        Check(value.Kind switch
        {
            SqlValue.Kinds.Null => Sqlite3.BindNull(statement, index),
            SqlValue.Kinds.Integer => Sqlite3.BindInt64(statement, index, value.Integer),
            _ => BindText(statement, index, value.Text),
        });
    }

    private static int BindText(nint statement, int index, string text)
    {
        var bytes = Utf8.GetBytes(text);
        fixed (byte* pointer = bytes)
        {
            byte none = 0;
            return Sqlite3.BindText(statement, index, pointer == null ? &none : pointer, bytes.Length, -1); // a null pointer would be NULL
        }
    }
}
