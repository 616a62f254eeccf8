using System.Diagnostics;
using Strata.Artifacts.Records;
using Strata.Images.Tests;
using Strata.Metadata;

namespace Strata.Artifacts.Tests.Records;

public sealed class ArtifactProcessTests : IDisposable
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

    private readonly string _directory = Directory.CreateTempSubdirectory("strata-artifacts-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Dying_before_any_write_leaves_nothing_half_and_a_replacement_goes_on()
    {
        var library = BuildKiller();
        var calls = 0;
        var soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";
        var random = new Random(5);
        for (var killAt = 1; ; killAt += soak ? 1 : random.Next(8, 32))
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

            calls++;
        }

        calls.ShouldBeGreaterThan(soak ? 100 : 5);
    }

    /// <summary>What is ready is whole; what was being made fails, and the next attempt publishes the same name.</summary>
    private static async Task GoOnAsync(string data, int killAt)
    {
        await using var bench = new ArtifactBench(TimeProvider.System, data); // the dead one's leases ran out in another year
        IntegrityOf(bench.Database).ShouldBe("ok", $"killed at {killAt}");
        await bench.Runs.ExpireDeadAsync(CancellationToken.None);
        await bench.Artifacts.SweepAsync(CancellationToken.None);
        foreach (var artifact in await bench.Artifacts.ListAsync(new(ArtifactBench.Main), CancellationToken.None))
        {
            ArtifactTransitions.IsBeingMade(artifact.State).ShouldBeFalse($"killed at {killAt}: {artifact}");
            var history = await bench.HistoryAsync(artifact);
            history[^1].State.ShouldBe(artifact.State);
            history.Zip(history.Skip(1)).ShouldAllBe(pair => ArtifactTransitions.IsLegal(pair.First.State, pair.Second.State));
            if (artifact.State is ArtifactState.Ready)
            {
                artifact.Content!.Layers.ShouldBe(ArtifactBench.Tree(artifact.Name).Layers);
            }
        }

        foreach (var name in (string[])["dist", "report"])
        {
            (await bench.PublishAsync($"after {name}", $"{name} {killAt}", content: ArtifactBench.Tree(name))).State.ShouldBe(ArtifactState.Ready);
            await bench.Runs.ExpireDeadAsync(CancellationToken.None);
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
