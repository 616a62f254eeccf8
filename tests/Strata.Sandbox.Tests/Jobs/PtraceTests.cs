namespace Strata.Sandbox.Tests.Jobs;

/// <summary>Process 1 and the keepers of steps hold strata's end of things: their descriptors and memory are out of a job's reach.</summary>
public sealed class PtraceTests : IClassFixture<Machine>
{
    private const string Program = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/ptrace.h>
        #include <sys/syscall.h>
        #include <sys/uio.h>
        #include <sys/wait.h>
        #include <unistd.h>

        static void say(const char *what, long pid, long result) { printf("%s %s\n", what, result < 0 ? strerror(errno) : "worked"); }

        static void attack(long pid) {
            char path[64], byte;
            struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
            say("attach", pid, ptrace(PTRACE_ATTACH, pid, 0, 0));
            say("seize", pid, ptrace(PTRACE_SEIZE, pid, 0, 0));
            say("read", pid, process_vm_readv(pid, &here, 1, &there, 1, 0));
            snprintf(path, sizeof path, "/proc/%ld/mem", pid);
            say("mem", pid, open(path, O_RDWR));
            int pidfd = syscall(SYS_pidfd_open, pid, 0);
            if (pidfd < 0) { say("pidfd", pid, pidfd); return; }
            for (int i = 0; i < 8; i++) say("descriptor", pid, syscall(SYS_pidfd_getfd, pidfd, i, 0));
        }

        int main(int argc, char **argv) {
            long child = fork();
            if (child == 0) { pause(); _exit(0); }
            say("own child", child, ptrace(PTRACE_ATTACH, child, 0, 0)); /* debuggers work */
            printf("--\n");
            attack(1);
            attack(atol(argv[1]));
            kill(child, 9);
            return 0;
        }
        """;

    private readonly Machine _machine;

    public PtraceTests(Machine machine) => _machine = machine;

    [Fact]
    public async Task Process_1_and_the_keeper_of_a_step_cannot_be_traced_read_or_robbed()
    {
        var source = $"{_machine.Directory}/attack.c";
        File.WriteAllText(source, "#include <signal.h>\n" + Program);
        var compiled = await Processes.ChildProcess.RunAsync(
            new() { FileName = "gcc", Arguments = ["-static", "-o", $"{_machine.Image}/bin/attack", source] }, null, CancellationToken.None);
        compiled.ExitCode.ShouldBe(0, compiled.OutputTail);
        await using var sandbox = await _machine.StartAsync();

        var (_, output) = await Machine.ShellAsync(sandbox, "attack $PPID");

        output.ShouldStartWith("own child worked\n--\n");
        var attempts = output.Split("--\n")[1].Trim().Split('\n');
        attempts.Length.ShouldBe(24);
        attempts.ShouldAllBe(line => line.EndsWith(" Operation not permitted", StringComparison.Ordinal) || line.EndsWith(" Permission denied", StringComparison.Ordinal));
    }
}
