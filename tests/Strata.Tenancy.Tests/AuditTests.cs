using System.Globalization;
using System.Text;
using Strata.Core;
using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Tenancy.Tests;

public sealed class AuditTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-audit-").FullName;
    private readonly Database _database;

    public AuditTests() => _database = new(_directory, TimeProvider.System);

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>As docs/format/database.md specifies them: somebody else's program computes the same.</summary>
    [Fact]
    public async Task The_sealed_bytes_are_those_that_are_documented()
    {
        await AppendAsync(Event("acme", "it's <a> & \"b\" + `c` \\ / é \U0001f600 \t\n\u0001\u007f"));
        var text = """["strata.audit/1","acme",1,[1700000000000,"app","cache.save","run/job/1","cache/1","it\u0027s \u003Ca\u003E \u0026 \u0022b\u0022 \u002B \u0060c\u0060 \\ / \u00E9 \uD83D\uDE00 \t\n\u0001\u007F"]]""";
        One("SELECT seal FROM audit_batch").ShouldBe(Digest.Of(Encoding.UTF8.GetBytes(text)).ToString());
    }

    [Fact]
    public async Task All_batches_of_all_are_checked_and_each_broken_one_is_named()
    {
        for (var i = 0; i < 250; i++)
        {
            await AppendAsync(Event("acme", $"{i}"), Event("acme", "second"), Event("other", $"{i}"));
        }

        Check().ShouldBe((500, 750, ""));
        await WriteAsync("DROP TRIGGER audit_event_stays", "DROP TRIGGER audit_batch_kept", "DROP TRIGGER audit_batch_stays", "DROP TRIGGER audit_event_kept");
        await WriteAsync("UPDATE audit_event SET at = 9223372036854775807 WHERE batch = (SELECT id FROM audit_batch WHERE org = 'acme' AND number = 3)");
        await WriteAsync("UPDATE audit_event SET detail = 'x' WHERE batch = (SELECT id FROM audit_batch WHERE org = 'acme' AND number = 220)");
        await WriteAsync("UPDATE audit_batch SET seal = 'x' WHERE org = 'other' AND number = 7");
        await WriteAsync("UPDATE audit_batch SET number = 1000 WHERE org = 'other' AND number = 250");
        Check().Broken.ShouldBe("acme/3 acme/220 other/7 other/8 other/1000");
    }

    [Fact]
    public async Task Of_many_broken_ones_all_are_counted_and_some_listed()
    {
        for (var i = 0; i < AuditCheck.ListedMax + 5; i++)
        {
            await AppendAsync(Event("acme", $"{i}"));
        }

        await WriteAsync("DROP TRIGGER audit_event_stays", "UPDATE audit_event SET detail = 'x'");
        var report = AuditCheck.Run(_database, CancellationToken.None);
        (report.BrokenCount, report.Broken.Count).ShouldBe((AuditCheck.ListedMax + 5, AuditCheck.ListedMax));
    }

    private static AuditEvent Event(string organization, string detail) =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), organization, "app", "cache.save", "run/job/1", "cache/1", detail);

    private (long Batches, long Events, string Broken) Check()
    {
        var report = AuditCheck.Run(_database, CancellationToken.None);
        report.BrokenCount.ShouldBe(report.Broken.Count);
        return (report.Batches, report.Events, string.Join(' ', report.Broken.Select(batch => string.Create(CultureInfo.InvariantCulture, $"{batch.Organization}/{batch.Number}"))));
    }

    private Task<bool> AppendAsync(params AuditEvent[] events) => _database.WriteAsync(
        sql =>
        {
            AuditLog.Append(sql, events);
            return true;
        },
        CancellationToken.None);

    private async Task WriteAsync(params string[] statements)
    {
        foreach (var statement in statements)
        {
            await _database.WriteAsync(sql => sql.Execute(statement), CancellationToken.None);
        }
    }

    private string One(string query) => _database.Read(sql =>
    {
        using var rows = sql.Query(query);
        return rows.Read() ? rows.Text(0) : "";
    });
}
