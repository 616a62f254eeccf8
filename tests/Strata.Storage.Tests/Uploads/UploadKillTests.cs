using System.Diagnostics;
using System.Globalization;

namespace Strata.Storage.Tests.Uploads;

/// <summary>kill -9 between all steps of the protocol: before each call that changes the database or the store.</summary>
public sealed class UploadKillTests : IDisposable
{
    private const int Sigkill = 137;

    /// <summary>Ends its process before the N-th call that changes the database or the store.</summary>
    private const string Killer = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/types.h>
        #include <unistd.h>
        static void count(const char *path) {
          static int calls;
          if ((strstr(path, "strata.db") || strstr(path, "/store")) && __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == atoi(getenv("KILL_AT"))) kill(getpid(), SIGKILL);
        }
        static void countFile(int file) {
          char link[64], path[4096] = {0};
          snprintf(link, sizeof link, "/proc/self/fd/%d", file);
          if (readlink(link, path, sizeof path - 1) > 0) count(path);
        }
        #define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
        ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) { countFile(file); return NEXT(pwrite64)(file, bytes, size, at); }
        ssize_t write(int file, const void *bytes, size_t size) { countFile(file); return NEXT(write)(file, bytes, size); }
        int ftruncate64(int file, off64_t size) { countFile(file); return NEXT(ftruncate64)(file, size); }
        int fdatasync(int file) { countFile(file); return NEXT(fdatasync)(file); }
        int fsync(int file) { countFile(file); return NEXT(fsync)(file); }
        int unlink(const char *path) { count(path); return NEXT(unlink)(path); }
        int rmdir(const char *path) { count(path); return NEXT(rmdir)(path); }
        int mkdir(const char *path, mode_t mode) { count(path); return NEXT(mkdir)(path, mode); }
        int rename(const char *from, const char *to) { count(to); return NEXT(rename)(from, to); }
        int link(const char *from, const char *to) { count(to); return NEXT(link)(from, to); }
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Dying_before_any_write_loses_nothing_and_leaves_nothing()
    {
        var library = BuildKiller();
        var soak = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";
        var random = new Random(21);
        var killed = 0;
        for (var killAt = 1; ; killAt += soak ? 1 : random.Next(1, 30))
        {
            var directory = Path.Combine(_directory.Path, killAt.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(directory);
            var exitCode = await RunAsync(library, killAt, directory);
            exitCode.ShouldBeOneOf(0, Sigkill);
            await UploadChild.GoOnAsync(directory);
            if (exitCode == 0)
            {
                break;
            }

            killed++;
        }

        killed.ShouldBeGreaterThan(soak ? 100 : 5);
    }

    private static async Task<int> RunAsync(string library, int killAt, string directory)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(UploadKillTests).Assembly.Location, "store-blobs", directory]) { RedirectStandardError = true };
        start.Environment["LD_PRELOAD"] = library;
        start.Environment["KILL_AT"] = killAt.ToString(CultureInfo.InvariantCulture);
        using var child = Process.Start(start)!;
        var errors = await child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync();
        errors.ShouldBeEmpty();
        return child.ExitCode;
    }

    private string BuildKiller()
    {
        var source = Path.Combine(_directory.Path, "killer.c");
        var library = Path.Combine(_directory.Path, "killer.so");
        File.WriteAllText(source, Killer);
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]))!;
        compiler.WaitForExit();
        compiler.ExitCode.ShouldBe(0);
        return library;
    }
}
