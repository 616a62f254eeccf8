using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Rootless;

/// <summary>
/// A normal user's strata becomes root of a user namespace: 0 is the user, 1…65536 the subuid range. A process with threads cannot enter one, so it
/// replaces itself: strata → unshare → sh, which waits until newuidmap and newgidmap (run by a child that stayed outside) are done → strata again.
/// The process id stays the same: who kills it kills the worker.
/// </summary>
public static class RootlessReexec
{
    private const string Marker = "STRATA_ROOTLESS";
    private const int Duplicate = 0; // F_DUPFD: not close-on-exec
    private const int DescriptorMin = 50;

    /// <summary>Whether this process is a normal user's, root only in its own namespace.</summary>
    public static bool IsInside => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>Call first thing in commands that need sandboxes. Returns at once as root; as a normal user it returns only in the new namespace.</summary>
    /// <exception cref="EnvironmentException">STR53xx: what is missing, and how to get it.</exception>
    public static void EnterIfNeeded()
    {
        if (LibC.EffectiveUser() == 0)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable(Marker) is not null)
        {
            throw Refused("the ids were not mapped");
        }

        var (users, groups) = FindRanges();
        using var go = Pipe.ForWriting();
        using var done = Pipe.ForWriting();
        StartMapper(users, groups, go.Reader, done.Writer);
        done.Writer.Dispose();
        var goDescriptor = LibC.Control(go.Writer.Number(), Duplicate, DescriptorMin);
        var doneDescriptor = LibC.Control(done.Reader.Number(), Duplicate, DescriptorMin);
        Replace(goDescriptor, doneDescriptor);
    }

    /// <summary>What would be missing here; null when nothing.</summary>
    internal static Diagnostic? FindObstacle()
    {
        try
        {
            _ = FindRanges();
            return null;
        }
        catch (EnvironmentException e)
        {
            return e.Diagnostic;
        }
    }

    private static (SubordinateIds Users, SubordinateIds Groups) FindRanges()
    {
        foreach (var (program, package) in ((string, string)[])[("newuidmap", "uidmap"), ("newgidmap", "uidmap"), ("unshare", "util-linux")])
        {
            _ = ProgramPath.Find(program) ?? throw SandboxDiagnostics.Refused(SandboxDiagnostics.ProgramMissing(program, package));
        }

        return (FindRange("/etc/subuid"), FindRange("/etc/subgid"));
    }

    private static SubordinateIds FindRange(string path)
    {
        var lines = File.Exists(path) ? File.ReadLines(path) : [];
        return SubordinateIds.Find(lines, Environment.UserName, LibC.EffectiveUser())
            ?? throw SandboxDiagnostics.Refused(SandboxDiagnostics.SubIdsMissing(Environment.UserName, path));
    }

    // Waits for a line, maps, answers. On any failure its end of the answer pipe just closes.
    private static void StartMapper(SubordinateIds users, SubordinateIds groups, SafeFileHandle input, SafeFileHandle output)
    {
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"read -r go && newuidmap {Environment.ProcessId} 0 {LibC.EffectiveUser()} 1 1 {users.First} {SubordinateIds.CountMin} && newgidmap {Environment.ProcessId} 0 {LibC.EffectiveGroup()} 1 1 {groups.First} {SubordinateIds.CountMin} && echo done");
        using var error = new SafeFileHandle(2, ownsHandle: false);
        ChildProcess.Start(new()
        {
            FileName = "/bin/sh",
            Arguments = ["-c", script],
            Descriptors = new Dictionary<int, SafeFileHandle> { [0] = input, [1] = output, [2] = error },
        }).Dispose();
    }

    private static void Replace(int go, int done)
    {
        // The descriptors may have two digits, which sh cannot redirect; their names in /proc can be opened.
        var script = $"echo go >/proc/self/fd/{go}; read -r answer </proc/self/fd/{done} || exit 3; exec \"$@\"";
        string[] arguments = ["unshare", "--user", "--", "/bin/sh", "-c", script, "strata", File.ResolveLinkTarget("/proc/self/exe", false)!.FullName, .. ProcessReplacement.Arguments()];
        throw Refused(ProcessReplacement.Become(ProgramPath.Find("unshare")!, arguments, $"{Marker}=1").Message);
    }

    private static EnvironmentException Refused(string why) => SandboxDiagnostics.Refused(SandboxDiagnostics.RootlessRefused(why));
}
