using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>An account with a range of subordinate ids, as distributions make them. Removed with its home.</summary>
internal sealed class NormalUser : IDisposable
{
    public const string Name = "strata-e2e-user";
    private const string Tun = "/dev/net/tun";
    private const UnixFileMode ForAll = (UnixFileMode)0b110_110_110;
    private UnixFileMode? _tunBefore;

    public NormalUser()
    {
        Run("userdel", "-r", Name);
        Run("useradd", "-m", "-s", "/bin/sh", Name).ShouldBe(0);
        Run("usermod", "--add-subuids", "300000-365535", "--add-subgids", "300000-365535", Name).ShouldBe(0);
    }

    /// <summary>Before a command of <see cref="StrataProgram"/>.</summary>
    public static IReadOnlyList<string> Command { get; } =
        ["setpriv", "--reuid", Name, "--regid", Name, "--init-groups", "env", $"HOME=/home/{Name}", $"USER={Name}", $"LOGNAME={Name}"];

    public static void Own(string path) => Run("chown", "-R", $"{Name}:{Name}", path).ShouldBe(0);

    /// <summary>As udev has it everywhere, and as <c>strata doctor</c> tells machines without it. Undone with this.</summary>
    public void OpenNetwork()
    {
        _tunBefore = File.GetUnixFileMode(Tun);
        File.SetUnixFileMode(Tun, ForAll);
    }

    public void Dispose()
    {
        if (_tunBefore is { } mode)
        {
            File.SetUnixFileMode(Tun, mode);
        }

        Run("userdel", "-r", Name);
    }

    public static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 && program != "userdel")
        {
            Console.Error.WriteLine(output);
        }

        return process.ExitCode;
    }
}
