using System.Diagnostics;
using Strata.Metadata;

namespace Strata.Images.Tests.Records;

/// <summary>A library that ends its process, as kill -9 does, before the N-th call that changes the database, its log or their directory.</summary>
internal static class DatabaseKiller
{
    private const int Sigkill = 137;

    private const string Source = """
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

    public static bool IsSoak { get; } = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    /// <summary>
    /// Runs this assembly's <c>every-statement DATA</c> again and again, each time killed at a later call and on new data, until it lives; a sample of the calls
    /// unless this is a soak.
    /// </summary>
    /// <param name="directory">For the library and the data; the caller's.</param>
    /// <param name="sample">How far it is from one call of a sample to the next.</param>
    /// <param name="goOn">Looks at what is left, and goes on with it: the data, and where the child was killed.</param>
    /// <returns>How often it was killed.</returns>
    public static async Task<int> KillEverywhereAsync(string directory, (int Min, int Max) sample, Func<string, int, Task> goOn)
    {
        var library = Build(directory);
        var random = new Random(20);
        for (var (killAt, killed) = (1, 0); ; killAt += IsSoak ? 1 : random.Next(sample.Min, sample.Max))
        {
            var data = Path.Combine(directory, $"{killAt}");
            var child = TestChild.Start(new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["KILL_AT"] = $"{killAt}" }, ["every-statement", data]);
            var (exitCode, _, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBeOneOf([0, Sigkill], errors);
            await goOn(data, killAt);
            if (exitCode == 0)
            {
                return killed;
            }

            killed++;
        }
    }

    public static string IntegrityOf(Database database) => database.Read(sql =>
    {
        using var rows = sql.Query("PRAGMA integrity_check");
        return rows.Read() ? rows.Text(0) : "nothing";
    });

    private static string Build(string directory)
    {
        var source = Path.Combine(directory, "killer.c");
        var library = Path.Combine(directory, "killer.so");
        File.WriteAllText(source, Source);
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]))!;
        compiler.WaitForExit();
        compiler.ExitCode.ShouldBe(0);
        return library;
    }
}
