using Strata.Metadata.Migrations;
using Strata.Metadata.Sqlite;

namespace Strata.Metadata;

/// <summary>
/// <c>strata.db</c> of a data directory: opened, and made or brought up to date, when first used. Safe for concurrent use, by any number of processes; readers never
/// wait for writers. What was written is durable when the call returns.
/// </summary>
public sealed class Database : IDisposable
{
    private const string FileName = "strata.db";
    private const int IdleMax = 4;

    /// <summary>For a lock of another process. None is held for longer than a transaction, unless its process is stopped.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    /// <summary>Cancelling is noticed this often while a writer waits.</summary>
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(250);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<Migration> _migrations;
    private readonly Stack<SqliteConnection> _idle = new(); // its lock guards also _isReady and _isDisposed
    private readonly SemaphoreSlim _writing = new(1); // SQLite has one writer: ours wait in line here, not for its lock
    private bool _isReady;
    private bool _isDisposed;

    public Database(string dataDirectory, TimeProvider time)
        : this(dataDirectory, time, AllMigrations.List)
    {
    }

    internal Database(string dataDirectory, TimeProvider time, IReadOnlyList<Migration> migrations) =>
        (_path, _time, _migrations) = (PathIn(dataDirectory), time, migrations);

    /// <summary>Whether anything was ever recorded there: who only looks need not make a database.</summary>
    public static bool Exists(string dataDirectory) => File.Exists(PathIn(dataDirectory));

    /// <summary>Reads, all of it from one moment.</summary>
    /// <param name="work">Quick: it runs on the caller's thread.</param>
    /// <exception cref="DatabaseException">The database cannot be used.</exception>
    public T Read<T>(Func<SqlSession, T> work)
    {
        var connection = Take();
        try
        {
            connection.Run("BEGIN");
            var result = work(new(connection, canWrite: false));
            connection.Run("COMMIT");
            Return(connection);
            return result;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads and writes: all of it or nothing, and nobody writes between.</summary>
    /// <param name="work">Quick: others wait. Runs at most once.</param>
    /// <exception cref="DatabaseException">The database cannot be used; nothing was written.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) => RunAsync(work, "COMMIT", cancellationToken);

    /// <summary>As <see cref="WriteAsync"/>, but nothing of it stays: what would come of it is told by the work itself.</summary>
    /// <exception cref="DatabaseException">The database cannot be used.</exception>
    public Task<T> RehearseAsync<T>(Func<SqlSession, T> work, CancellationToken cancellationToken) => RunAsync(work, "ROLLBACK", cancellationToken);

    private Task<T> RunAsync<T>(Func<SqlSession, T> work, string end, CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource<T>();
        T? result = default;
        _ = InTurnAsync(() => result = Write(work, end, cancellationToken), End, cancellationToken);
        return written.Task;

        void End(Exception? failure)
        {
            if (failure is OperationCanceledException cancelled)
            {
                written.SetCanceled(cancelled.CancellationToken);
            }
            else if (failure is not null)
            {
                written.SetException(failure);
            }
            else
            {
                written.SetResult(result!);
            }
        }
    }

    /// <summary>Of no type: an async method of any is compiled anew at each start.</summary>
    private async Task InTurnAsync(Action work, Action<Exception?> end, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await Task.Run(work, cancellationToken).ConfigureAwait(false); // it waits for locks and for the disk
            }
            finally
            {
                _writing.Release();
            }
        }
#pragma warning disable CA1031 // it is the caller's
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        end(failure);
    }

    /// <summary>What still runs ends by itself.</summary>
    public void Dispose()
    {
        lock (_idle)
        {
            _isDisposed = true;
            while (_idle.TryPop(out var connection))
            {
                connection.Dispose();
            }
        }
    }

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, FileName);

    private T Write<T>(Func<SqlSession, T> work, string end, CancellationToken cancellationToken)
    {
        var connection = Take();
        try
        {
            Begin(connection, cancellationToken);
            var result = work(new(connection, canWrite: true));
            connection.Run(end);
            Return(connection);
            return result;
        }
        catch
        {
            connection.Dispose(); // rolls back
            throw;
        }
    }

    private void Begin(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        connection.BusyTimeout = WaitStep;
        while (!connection.TryRun("BEGIN IMMEDIATE"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_time.GetElapsedTime(start) > WaitMax)
            {
                throw new DatabaseException(MetadataDiagnostics.Busy(_path));
            }
        }

        connection.BusyTimeout = WaitMax;
    }

    private SqliteConnection Take()
    {
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_idle.TryPop(out var connection))
            {
                return connection;
            }

            if (!_isReady) // one makes it ready, the others wait
            {
                connection = OpenFirst();
                _isReady = true;
                return connection;
            }
        }

        return Open(create: false);
    }

    private SqliteConnection OpenFirst()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException(MetadataDiagnostics.CannotOpen(_path, e.Message), e);
        }

        return Open(create: true);
    }

    private SqliteConnection Open(bool create)
    {
        var connection = new SqliteConnection(_path, create) { BusyTimeout = WaitMax };
        try
        {
            if (create)
            {
                Migrator.Migrate(connection, _path, _migrations);
            }

            connection.Run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192"); // KiB
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Return(SqliteConnection connection)
    {
        lock (_idle)
        {
            if (!_isDisposed && _idle.Count < IdleMax)
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }
}
