using System.Reflection;
using Strata.Caching.Entries;
using Strata.Caching.Keys;
using Strata.Metadata;

namespace Strata.Caching.Tests.Entries;

/// <summary>Each look-up follows an index and sorts nothing but a range of keys, so that its time does not grow with what it does not look for.</summary>
public sealed class QueryPlanTests : IDisposable
{
    private static readonly KeyRange Range = KeyRange.Of("npm-");

    private readonly CacheBench _bench = new(new ManualClock());

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Look_ups_follow_their_indexes()
    {
        await BulkEntries.AddAsync(_bench, 1_000, derivedFromFirst: false);
        Plan(sql => EntryPlaceSql.Exact(sql, 1, "k", ["a", "b", "c"])).ShouldContain("cache_entry_live (slot=? AND ref=? AND key=?)");
        Plan(sql => EntryPlaceSql.ExactProtected(sql, 1, "k")).ShouldContain("cache_entry_key (slot=? AND key=? AND trust=?)");
        Plan(sql => EntryPlaceSql.Recent(sql, 1, "a")).ShouldContain("cache_entry_recent (slot=? AND ref=?)");
        Plan(sql => EntryPlaceSql.RecentProtected(sql, 1)).ShouldContain("cache_entry_protected (slot=?)");
        Plan(sql => EntryPlaceSql.Anywhere(sql, 1, "k")).ShouldContain("cache_entry_key (slot=? AND key=?)");
        Plan(sql => EntryPlaceSql.Named(sql, 1, EntryKind.Dependency, "npm")).ShouldContain("cache_entry_named (repo=? AND kind=? AND name=?)");
        foreach (var plan in (string[])[Plan(sql => EntryPlaceSql.Named(sql, 1, EntryKind.Dependency, "npm")), Plan(sql => EntryPlaceSql.ExactProtected(sql, 1, "k")), Plan(sql => EntryPlaceSql.Recent(sql, 1, "a")), Plan(sql => EntryPlaceSql.RecentProtected(sql, 1))])
        {
            plan.ShouldNotContain("TEMP B-TREE");
        }

        Plan(sql => EntryPlaceSql.Range(sql, 1, "a", Range, 10)).ShouldContain("cache_entry_live (slot=? AND ref=? AND key>? AND key<?)");
        Plan(sql => EntryPlaceSql.RangeProtected(sql, 1, Range, 10)).ShouldContain("cache_entry_key (slot=? AND key>? AND key<?)");
    }

    private string Plan(Func<SqlSession, SqlRows> query) => _bench.Database.Read(sql =>
    {
        string text;
        using (var rows = query(sql))
        {
            text = (string)typeof(SqlRows).GetField("_sql", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(rows)!;
        }

        var values = new SqlValue[Enumerable.Range(1, 9).Last(number => text.Contains($"${number}", StringComparison.Ordinal))];
        using var plan = sql.Query($"EXPLAIN QUERY PLAN {text}", values);
        var lines = new List<string>();
        while (plan.Read())
        {
            lines.Add(plan.Text(3));
        }

        return string.Join('\n', lines);
    });
}
