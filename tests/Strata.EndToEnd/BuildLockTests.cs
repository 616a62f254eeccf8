using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>One build at a time: the lock is that of the build, not of what it leaves running.</summary>
public sealed class BuildLockTests
{
    [Fact]
    public async Task A_server_that_a_build_starts_does_not_keep_its_lock()
    {
        const string script = """
            exec 9>lock; flock 9
            . "$1/tools/progress.sh"
            run_with_progress building log sh -c 'sleep 60 & echo $!'
            exec 9>&-
            flock --nonblock lock true; free=$?
            kill "$(cat log)"
            exit $free
            """;
        var directory = Directory.CreateTempSubdirectory("strata-lock-");
        try
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script, "sh", StrataProgram.Root]) { WorkingDirectory = directory.FullName })!;
            await shell.WaitForExitAsync();
            shell.ExitCode.ShouldBe(0);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
