using System.Diagnostics;
using Strata.Caching.Entries;
using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Tests.Entries;

public sealed class EntriesProcessTests : IDisposable
{
    private const int Sigkill = 137;

    /// <summary>Ends its process, as kill -9 does, before the N-th call that changes the database, its log or their directory.</summary>
    private const string Killer = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>
        #include <sys/types.h>
        static void count(const char *path) {
          static int calls;
          if (strstr(path, "strata.db") && ++calls == atoi(getenv("KILL_AT"))) kill(getpid(), SIGKILL);
        }
        static void countFile(int file) {
          char link[64], path[4096] = {0};
          snprintf(link, sizeof link, "/proc/self/fd/%d", file);
          if (readlink(link, path, sizeof path - 1) > 0) count(path);
        }
        #define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
        ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) { countFile(file); return NEXT(pwrite64)(file, bytes, size, at); }
        int ftruncate64(int file, off64_t size) { countFile(file); return NEXT(ftruncate64)(file, size); }
        int fdatasync(int file) { countFile(file); return NEXT(fdatasync)(file); }
        int fsync(int file) { countFile(file); return NEXT(fsync)(file); }
        int unlink(const char *path) { count(path); return NEXT(unlink)(path); }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-caches-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Of_four_processes_that_save_the_same_keys_each_key_has_one_winner()
    {
        const int keys = 20;
        var published = new List<string>();
        foreach (var child in Enumerable.Range(0, 4).Select(i => TestChild.Start("save", _directory, $"run-{i}", $"{keys}")).ToList())
        {
            var (exitCode, output, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBe(0, errors);
            published.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        published.Order().ShouldBe(Enumerable.Range(0, keys).Select(i => $"key-{i}").Order());
    }

    [Fact]
    public async Task Dying_before_any_write_leaves_entries_that_are_whole_and_blocks_nobody()
    {
        var library = BuildKiller();
        var killed = 0;
        var soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";
        var random = new Random(30);
        for (var killAt = soak ? 1 : 30; ; killAt += soak ? 1 : random.Next(5, 25))
        {
            var data = Path.Combine(_directory, $"{killAt}");
            var child = TestChild.Start(new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["KILL_AT"] = $"{killAt}" }, ["every-statement", data]);
            var (exitCode, _, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBeOneOf([0, Sigkill], errors);
            await GoOnAsync(data, killAt);
            if (exitCode == 0)
            {
                break;
            }

            killed++;
        }

        killed.ShouldBeGreaterThan(soak ? 50 : 3);
    }

    /// <summary>What is live is whole and counted, and who comes now saves what is missing.</summary>
    private static async Task GoOnAsync(string data, int killAt)
    {
        using var bench = new CacheBench(TimeProvider.System, data);
        bench.One("PRAGMA integrity_check").ShouldBe("ok", $"killed at {killAt}");
        bench.Database.Read(sql => AuditLog.FindBroken(sql, "acme")).ShouldBeNull($"killed at {killAt}");
        var live = await bench.Catalog.ListAsync(new(), CancellationToken.None);
        foreach (var entry in live)
        {
            bench.One($"SELECT count(*) FROM cache_entry_layer WHERE entry = {entry.Id}").ShouldBe("2");
        }

        var counts = await bench.Catalog.CountAsync(CancellationToken.None);
        (counts.Entries, counts.SizeBytes).ShouldBe((live.Count, 500 * live.SelectMany(entry => entry.Content.Layers()).Distinct().Count()));
        foreach (var key in (string[])["a", "b", "c"])
        {
            var commit = bench.Commit(CacheBench.Main, key, "base", key);
            commit = commit with { Draft = commit.Draft with { Producer = new("run-after", key, 1) } };
            (await bench.CommitAsync(commit) is CacheCommitOutcome.Committed or CacheCommitOutcome.LostRace).ShouldBeTrue();
        }
    }

    private string BuildKiller()
    {
        var source = Path.Combine(_directory, "killer.c");
        var library = Path.Combine(_directory, "killer.so");
        File.WriteAllText(source, Killer);
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]))!;
        compiler.WaitForExit();
        compiler.ExitCode.ShouldBe(0);
        return library;
    }
}
