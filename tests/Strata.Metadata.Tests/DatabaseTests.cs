using Strata.Metadata.Migrations;
using Strata.Metadata.Sqlite;

namespace Strata.Metadata.Tests;

public sealed class DatabaseTests : IDisposable
{
    private static readonly Migration First = new(1, "CREATE TABLE one (name TEXT PRIMARY KEY, number INTEGER) STRICT; INSERT INTO one VALUES ('a', 1)");
    private static readonly Migration Second = new(2, "ALTER TABLE one ADD COLUMN extra TEXT; UPDATE one SET extra = 'x'");

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-metadata-").FullName;

    private string DataFile => Path.Combine(_directory, "strata.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Nothing_is_made_before_it_is_used()
    {
        using var database = Open(First);
        Database.Exists(_directory).ShouldBeFalse();
        Count(database).ShouldBe(1);
        Database.Exists(_directory).ShouldBeTrue();
    }

    [Fact]
    public async Task It_is_durable_and_keeps_references()
    {
        using var database = Open(First);
        (await database.WriteAsync(sql => (One(sql, "PRAGMA journal_mode"), One(sql, "PRAGMA synchronous"), One(sql, "PRAGMA foreign_keys")), CancellationToken.None))
            .ShouldBe(("wal", "2", "1"));
    }

    [Fact]
    public void An_older_database_is_brought_up_to_date()
    {
        using (var older = Open(First))
        {
            Count(older).ShouldBe(1);
        }

        using var database = Open(First, Second);
        database.Read(sql => One(sql, "SELECT extra FROM one")).ShouldBe("x");
    }

    [Fact]
    public async Task All_that_make_it_at_once_can_use_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var directory = Path.Combine(_directory, $"{round}");
            using var start = new Barrier(8);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    using var database = new Database(directory, TimeProvider.System);
                    start.SignalAndWait();
                    database.Read(static sql => One(sql, "SELECT count(*) FROM lease")).ShouldBe("0");
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }
    }

    [Fact]
    public void A_step_that_fails_leaves_the_step_before_it()
    {
        using (var broken = Open(First, new(2, "ALTER TABLE one ADD COLUMN extra TEXT; INSERT INTO missing VALUES (1)")))
        {
            Should.Throw<InvalidOperationException>(() => Count(broken));
        }

        using var database = Open(First, Second);
        database.Read(sql => One(sql, "SELECT extra FROM one")).ShouldBe("x");
    }

    [Fact]
    public void A_newer_database_is_refused()
    {
        using (var newer = Open(First, Second))
        {
            Count(newer).ShouldBe(1);
        }

        using var database = Open(First);
        CodeOf(() => Count(database)).ShouldBe("STR6001");
    }

    [Fact]
    public void Another_programs_database_is_refused_and_stays_as_it_is()
    {
        using (var other = new SqliteConnection(DataFile, create: true))
        {
            other.Run("CREATE TABLE theirs (a)");
        }

        var before = File.ReadAllBytes(DataFile);
        using var database = Open(First);
        CodeOf(() => Count(database)).ShouldBe("STR6002");
        File.ReadAllBytes(DataFile).ShouldBe(before);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(DataFile, new string('x', 10_000));
        using var database = Open(First);
        CodeOf(() => Count(database)).ShouldBe("STR6002");
    }

    [Fact]
    public void A_damaged_database_is_told()
    {
        using (var whole = Open(First))
        {
            Count(whole).ShouldBe(1);
        }

        using (var file = File.OpenWrite(DataFile))
        {
            file.Position = 100; // the schema's page, behind the file's header
            file.Write(new byte[3000]);
        }

        using var database = Open(First);
        CodeOf(() => Count(database)).ShouldBe("STR6007");
    }

    [Fact]
    public void A_directory_in_its_place_is_told()
    {
        Directory.CreateDirectory(DataFile);
        using var database = Open(First);
        CodeOf(() => Count(database)).ShouldBe("STR6003");
    }

    [Fact]
    public void A_data_directory_that_cannot_be_made_is_told()
    {
        File.WriteAllText(Path.Combine(_directory, "file"), "");
        using var database = new Database(Path.Combine(_directory, "file", "data"), TimeProvider.System, [First]);
        CodeOf(() => Count(database)).ShouldBe("STR6003");
    }

    [Fact]
    public async Task What_throws_in_the_middle_has_written_nothing()
    {
        using var database = Open(First);
        await Should.ThrowAsync<FormatException>(() => database.WriteAsync<int>(
            sql =>
            {
                sql.Execute("INSERT INTO one VALUES ('b', 2)");
                throw new FormatException();
            },
            CancellationToken.None));
        Count(database).ShouldBe(1);
        await AddAsync(database, "c");
        Count(database).ShouldBe(2);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_nothing_is_half_written()
    {
        using var database = Open(First);
        var failure = await Should.ThrowAsync<DatabaseException>(() => database.WriteAsync<int>(
            sql =>
            {
                using (var limit = sql.Query("PRAGMA max_page_count = 6"))
                {
                    limit.Read();
                }

                for (var i = 0; ; i++)
                {
                    sql.Execute("INSERT INTO one VALUES ($1, $2)", $"{i} {new string('x', 1000)}", i);
                }
            },
            CancellationToken.None));
        failure.Diagnostic.Code.ShouldBe("STR6005");
        Count(database).ShouldBe(1);
    }

    [Fact]
    public void Who_reads_cannot_write()
    {
        using var database = Open(First);
        Should.Throw<InvalidOperationException>(() => database.Read(sql => sql.Execute("DELETE FROM one")));
        Should.Throw<InvalidOperationException>(() => database.Read(sql => One(sql, "DELETE FROM one RETURNING name")));
        Count(database).ShouldBe(1);
    }

    [Fact]
    public void A_reader_sees_one_moment()
    {
        using var database = Open(First);
        using var other = Open(First);
        database.Read(sql =>
        {
            var before = One(sql, "SELECT count(*) FROM one");
            AddAsync(other, "b").GetAwaiter().GetResult(); // and waits for no reader
            return (before, One(sql, "SELECT count(*) FROM one"));
        }).ShouldBe(("1", "1"));
        Count(database).ShouldBe(2);
    }

    [Fact]
    public async Task Waiting_for_another_writer_can_be_cancelled()
    {
        using var database = Open(First);
        using var other = Open(First);
        using var cancel = new CancellationTokenSource();
        var failure = await other.WriteAsync(
            _ =>
            {
                var waiting = AddAsync(database, "b", cancel.Token);
                cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
                return Record.ExceptionAsync(() => waiting).GetAwaiter().GetResult();
            },
            CancellationToken.None);
        failure.ShouldBeAssignableTo<OperationCanceledException>();
        Count(database).ShouldBe(1);
        await AddAsync(database, "c");
    }

    [Fact]
    public async Task Who_waits_too_long_for_another_writer_is_told()
    {
        using var database = new Database(_directory, new HastyTime(), [First]);
        using var other = Open(First);
        Count(database).ShouldBe(1);
        var failure = await other.WriteAsync(_ => Record.ExceptionAsync(() => AddAsync(database, "b")).GetAwaiter().GetResult(), CancellationToken.None);
        failure.ShouldBeOfType<DatabaseException>().Diagnostic.Code.ShouldBe("STR6006");
        Count(database).ShouldBe(1);
    }

    [Fact]
    public async Task Writers_on_many_connections_lose_nothing()
    {
        var databases = Enumerable.Range(0, 4).Select(_ => Open(First)).ToList(); // they race to make it, too
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => AddAsync(databases[i % 4], $"n{i}"))));
        Count(databases[0]).ShouldBe(101);
        databases.ForEach(database => database.Dispose());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("ö 🚀 é é")]
    [InlineData("'; DROP TABLE one; --")]
    public async Task A_text_comes_back_as_it_was(string text)
    {
        using var database = Open(First);
        await AddAsync(database, text);
        database.Read(sql => One(sql, "SELECT name FROM one WHERE name = $1", text)).ShouldBe(text);
    }

    [Fact]
    public async Task Half_a_character_is_refused()
    {
        using var database = Open(First);
        await Should.ThrowAsync<System.Text.EncoderFallbackException>(() => AddAsync(database, "\ud83d"));
    }

    [Fact]
    public void Values_and_parameters_must_match()
    {
        using var database = Open(First);
        Should.Throw<ArgumentException>(() => database.Read(sql => One(sql, "SELECT $1")));
        Should.Throw<ArgumentException>(() => database.Read(sql => One(sql, "SELECT $2", "x")));
        Should.Throw<ArgumentException>(() => database.Read(sql => One(sql, "SELECT 1; SELECT 2")));
        database.Read(sql => One(sql, "SELECT $2 || $1 || $1", "a", "b")).ShouldBe("baa");
        database.Read(sql =>
        {
            using var rows = sql.Query("SELECT $1, $2, $3, $4", default(SqlValue), long.MinValue, true, DateTimeOffset.UnixEpoch.AddMilliseconds(-1));
            return (rows.Read(), rows.IsNull(0), rows.Integer(1), rows.Truth(2), rows.Time(3));
        }).ShouldBe((true, true, long.MinValue, true, DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
    }

    [Fact]
    public async Task Of_a_rehearsal_nothing_stays()
    {
        using var database = Open(First);
        await AddAsync(database, "kept");
        (await database.RehearseAsync(sql => (sql.Execute("INSERT INTO one (name, number) VALUES ('rehearsed', 0)"), One(sql, "SELECT count(*) FROM one")), CancellationToken.None)).ShouldBe((1, "3"));
        Count(database).ShouldBe(2);
        await AddAsync(database, "later");
        Count(database).ShouldBe(3);
    }

    [Fact]
    public void The_schema_of_this_program_counts_from_one()
    {
        AllMigrations.List.Select(migration => migration.Version).ShouldBe(Enumerable.Range(1, AllMigrations.List.Count));
        using var database = new Database(_directory, TimeProvider.System);
        database.Read(sql => One(sql, "PRAGMA user_version")).ShouldBe($"{AllMigrations.List.Count}");
    }

    private Database Open(params Migration[] migrations) => new(_directory, TimeProvider.System, migrations);

    private static int Count(Database database) => int.Parse(database.Read(sql => One(sql, "SELECT count(*) FROM one")));

    private static Task<long> AddAsync(Database database, string name, CancellationToken cancellationToken = default) =>
        database.WriteAsync(sql => sql.Execute("INSERT INTO one (name, number) VALUES ($1, 0)", name), cancellationToken);

    private static string One(SqlSession sql, string statement, params SqlValue[] values)
    {
        using var rows = sql.Query(statement, values);
        return rows.Read() ? rows.Text(0) : "";
    }

    /// <summary>An hour passes each time it is looked at.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds += 3600;
    }

    private static string CodeOf(Action action) => Should.Throw<DatabaseException>(action).Diagnostic.Code;
}
