using System.Diagnostics;
using Strata.Images.Records;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

public sealed class RecordsProcessTests : IDisposable
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

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-records-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Eight_processes_build_each_layer_once_between_them()
    {
        const int layers = 20;
        var built = new List<string>();
        var children = Enumerable.Range(0, 8).Select(_ => TestChild.Start("build-layers", _directory, $"{layers}")).ToList();
        foreach (var child in children)
        {
            var (exitCode, output, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBe(0, errors);
            built.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        built.Order().ShouldBe(Enumerable.Range(0, layers).Select(i => $"layer {i}").Order());
    }

    [Fact]
    public async Task A_killed_builder_is_taken_over_and_the_rest_is_built_once()
    {
        var victim = TestChild.Start("build-layers", _directory, "10000");
        await victim.StandardOutput.ReadLineAsync();
        victim.Kill();
        var (_, output, _) = await TestChild.EndAsync(victim);
        var published = 1 + output.Count(character => character == '\n'); // said only after it was
        int left;
        using (var bench = new RecordsBench(TimeProvider.System, _directory))
        {
            left = (await bench.Records.ListAsync(CancellationToken.None)).Count;
            left.ShouldBeInRange(published, published + 1);
            IntegrityOf(bench.Database).ShouldBe("ok");
        }

        var (exitCode, rest, errors) = await TestChild.EndAsync(TestChild.Start("build-layers", _directory, $"{left + 2}"));
        exitCode.ShouldBe(0, errors);
        rest.ShouldBe($"layer {left}\nlayer {left + 1}\n");
    }

    [Fact]
    public async Task Dying_before_any_write_leaves_a_database_that_the_next_start_goes_on_with()
    {
        var library = BuildKiller();
        var calls = 0;
        var soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";
        var random = new Random(20);
        for (var killAt = 1; ; killAt += soak ? 1 : random.Next(1, 9))
        {
            var data = Path.Combine(_directory, $"{killAt}");
            var child = TestChild.Start(new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["KILL_AT"] = $"{killAt}" }, ["every-statement", data]);
            var (exitCode, _, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBeOneOf(0, Sigkill);
            await GoOnAsync(data, killAt);
            if (exitCode == 0)
            {
                break;
            }

            calls++;
        }

        calls.ShouldBeGreaterThan(soak ? 50 : 5);
    }

    /// <summary>What is live is whole, and a builder that comes now gets its lease and publishes.</summary>
    private static async Task GoOnAsync(string data, int killAt)
    {
        using var bench = new RecordsBench(TimeProvider.System, data);
        var records = await bench.Records.ListAsync(CancellationToken.None);
        records.Select(record => (record.Key, record.Scope)).ShouldBeUnique();
        IntegrityOf(bench.Database).ShouldBe("ok", $"killed at {killAt}");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await using var lease = await bench.AcquireAsync(RecordsBench.Key(name), Scope.Of(RecordsBench.Main)); // the dead one's ran out in another year
            (await bench.Records.PublishAsync(bench.Record(name, RecordsBench.Main), lease, true, CancellationToken.None)).ShouldBeOfType<PublishOutcome.Published>();
        }
    }

    private static string IntegrityOf(Database database) => database.Read(sql =>
    {
        using var rows = sql.Query("PRAGMA integrity_check");
        return rows.Read() ? rows.Text(0) : "nothing";
    });

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
