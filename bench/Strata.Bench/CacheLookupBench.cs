using System.Diagnostics;
using System.Globalization;
using Strata.Caching.Entries;
using Strata.Caching.Revoking;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy.Revoking;

namespace Strata.Bench;

/// <summary>Look-ups of cache entries, few and many; all of one cache in one repository, which is the worst that can be.</summary>
internal static class CacheLookupBench
{
    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Refs = 100;
    private const int Revoked = 100_000;
    private const int Threads = 2;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);
    private static readonly Digest Cache = Digest.Of("cache"u8);

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "cache-lookup", $"Look-ups by {Threads} threads among entries of one cache in one repository and {Refs} refs: exact keys, restore keys, misses with their explanation; revoking {Revoked:N0} entries. Rates are for two processors of this process's own.");
        using var directory = new ThrowawayDirectory();
        using var few = await Bench.MakeAsync(directory.File("few"), Few);
        using var many = await Bench.MakeAsync(directory.File("many"), Many);
        foreach (var (what, query, min) in ((string, Func<int, CacheQuery>, double)[])
            [
                ("an exact key of the own ref", i => QueryOf(i, $"npm-{i}-x"), 20_000),
                ("an exact key of the default branch", i => QueryOf(i, "npm-main"), 20_000),
                ("a restore key", i => QueryOf(i, "none", "npm-"), 0),
                ("a restore key of one entry", i => QueryOf(i, "none", $"npm-{i}-"), 0),
                ("nothing", i => QueryOf(i, "none"), 0),
            ])
        {
            await few.RateAsync(query, Few);
            var (small, large) = (await few.RateAsync(query, Few), await many.RateAsync(query, Many));
            result.Figure(
                string.Create(CultureInfo.InvariantCulture, $"{what}: {small:0}/s of {Few}, {large:0}/s of {Many}, {large / small:0.00} times as many (figure: {(min > 0 ? "≥ 20000/s, " : "")}≥ 0.6 times as many)"),
                large >= min && large >= 0.6 * small);
        }

        var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var report = await many.RevokeAsync();
        var (took, worked) = (Stopwatch.GetElapsedTime(start).TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        result.Figure(
            string.Create(CultureInfo.InvariantCulture, $"revoking a run from which {report} of {Many} entries derive: {worked:0} ms of processor time, {took:0} ms on the clock (figure: < 1000 ms)"), worked < 1_000);
        return result;
    }

    /// <summary>Of a key that is there when <paramref name="i"/> is less than the number of entries.</summary>
    private static CacheQuery QueryOf(int i, string key, params string[] restoreKeys) => new()
    {
        Reader = Reader($"refs/heads/branch-{i % Refs}", Trust.Internal), Kind = EntryKind.Dependency, Name = "npm", Type = "npm", Identity = Cache, Key = key, RestoreKeys = restoreKeys,
        Manifest = """{"key":"x"}""", RunId = "run", Job = "job",
    };

    private static RunIdentity Reader(string reference, Trust trust) =>
        new() { Organization = "acme", Repository = "app", Ref = reference, Trust = trust, DefaultBranch = "refs/heads/main" };

    private sealed class Bench(Database database) : IDisposable
    {
        private readonly CacheEntries _entries = new(database, TimeProvider.System, new AttemptLayers(), TimeSpan.FromDays(7));

        public static async Task<Bench> MakeAsync(string directory, int count)
        {
            var database = new Database(directory, TimeProvider.System);
            var attempt = new Leases(database, TimeProvider.System, LeaseTimes.Long);
            var stored = new AttemptLayers();
            await using var lease = ((LeaseAttempt.Acquired)await attempt.TryAcquireAsync("attempt/first/job/1", "bench", "", default)).Lease;
            var layer = Digest.Of("layer"u8);
            stored.Add(lease.Token, "acme", layer);
            var main = QueryOf(0, "npm-main") with { Reader = Reader("refs/heads/main", Trust.Protected) };
            var commit = new CacheCommit
            {
                Draft = new() { Writer = main.Reader, Kind = main.Kind, Name = main.Name, Type = main.Type, Identity = Cache, Key = main.Key, Producer = new("first", "job", 1) },
                Content = new([new("/root/.npm", new StoredTree([layer], Digest.Of("tree"u8), 1_000, 10))]), LayerBytes = new Dictionary<Digest, long> { [layer] = 1_000 },
                DerivedFrom = [], Shareable = true, Manifest = main.Manifest, Ttl = TimeSpan.FromDays(30),
            };
            var entry = ((CacheCommitOutcome.Committed)await new CacheEntries(database, TimeProvider.System, stored, TimeSpan.FromDays(7)).CommitAsync(commit, lease.Token, default)).Entry;
            await database.WriteAsync(sql => Fill(sql, entry.Id, count), default);
            return new(database);
        }

        /// <summary>Look-ups in a second of two processors: counted by the processor time this process had, so others on the machine do not matter.</summary>
        public async Task<double> RateAsync(Func<int, CacheQuery> query, int count)
        {
            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var done = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
            {
                var (random, lookups) = (new Random(thread), 0);
                for (; Stopwatch.GetElapsedTime(start) < Duration; lookups++)
                {
                    await _entries.FindAsync(query(random.Next(count)), default);
                }

                return lookups;
            })));
            return done.Sum() / (Environment.CpuUsage.TotalTime - used).TotalSeconds * Threads;
        }

        public async Task<int> RevokeAsync() =>
            (await new Revocations(database, TimeProvider.System, [new CacheRevocable()]).RevokeAsync("revoked", "acme", "app", "bench", default)).Products.Count;

        public void Dispose() => database.Dispose();

        private static bool Fill(SqlSession sql, long first, int count)
        {
            sql.Execute(
                $"""
                INSERT INTO cache_entry (slot, repo, kind, ref, trust, is_default, key, state, shareable, created_at, last_used_at, size_bytes, spent_ms, name, type, run_id, job, attempt, content, manifest)
                WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)
                SELECT slot, repo, kind, 'refs/heads/branch-' || (i % {Refs}), 1, 0, 'npm-' || i || '-x', 'live', shareable, created_at + i % 1000, last_used_at, size_bytes, spent_ms, name, type,
                    CASE WHEN i = 0 THEN 'revoked' ELSE 'run-' || i END, job, 1, content, manifest
                FROM n, cache_entry WHERE cache_entry.id = $1
                """, first, count);
            sql.Execute("INSERT INTO cache_entry_layer (entry, layer) SELECT id, (SELECT max(id) FROM cache_layer) FROM cache_entry WHERE id > $1", first);
            sql.Execute("UPDATE cache_layer SET entries = $1", count + 1);
            sql.Execute("UPDATE cache_repo SET entries = $1", count + 1);
            sql.Execute("INSERT INTO derivation (source_kind, source_id, kind, id) SELECT 0, max($1 + 1, id / 2), 0, id FROM cache_entry WHERE id > $1 + 1 AND id <= $1 + $2", first, Revoked);
            return true;
        }
    }
}
