using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Network;

/// <summary>
/// Outbound access through slirp4netns: a user-mode TCP/IP stack behind a tap device inside the job's namespace. The host gets no link, no rule and no
/// forwarding, so there is nothing to leave behind. It ends when disposed or when this process dies (exit-fd).
/// </summary>
internal sealed class SlirpNetwork : IAsyncDisposable
{
    internal const string NameServer = "10.0.2.3";
    internal const string OwnAddress = "10.0.2.100";

    private const string Program = "slirp4netns";
    private const string TunDevice = "/dev/net/tun";
    private const int ReadWriteAccess = 4 | 2; // R_OK | W_OK
    private const int MtuBytes = 65520; // its largest: fewest trips through user space

    private readonly ChildProcess _process;
    private readonly SafeFileHandle _life;

    private SlirpNetwork(ChildProcess process, SafeFileHandle life, Task ready) => (_process, _life, Ready) = (process, life, ready);

    /// <summary>When the device is configured. Fails with an EnvironmentException if that did not succeed.</summary>
    internal Task Ready { get; }

    /// <inheritdoc cref="ISandboxHost.FindNetworkProblem"/>
    internal static Diagnostic? FindProblem() =>
        ProgramPath.Find(Program) is null ? SandboxDiagnostics.SlirpMissing()
        : LibC.Access(TunDevice, ReadWriteAccess) < 0 ? SandboxDiagnostics.TunDeviceRefused()
        : null;

    internal static SlirpNetwork Start(int namespaceProcessId)
    {
        if (FindProblem() is { } problem)
        {
            throw SandboxDiagnostics.Refused(problem);
        }

        var ready = Pipe.ForReading();
        var messages = Pipe.ForReading();
        var life = Pipe.ForWriting();
        try
        {
            var process = ChildProcess.Start(new()
            {
                FileName = ProgramPath.Find(Program)!,
                Arguments =
                [
                    "--configure", "--disable-host-loopback", "--enable-sandbox", "--enable-seccomp", "--ready-fd=3", "--exit-fd=4",
                    string.Create(CultureInfo.InvariantCulture, $"--mtu={MtuBytes}"),
                    namespaceProcessId.ToString(CultureInfo.InvariantCulture), "tap0",
                ],
                Environment = new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
                Descriptors = new Dictionary<int, SafeFileHandle> { [1] = messages.Writer, [2] = messages.Writer, [3] = ready.Writer, [4] = life.Reader },
            });
            return new(process, life.Writer, WaitReadyAsync(ready, messages, process));
        }
        catch
        {
            life.Writer.Dispose();
            ready.Dispose();
            messages.Dispose();
            throw;
        }
        finally
        {
            ready.Writer.Dispose();
            messages.Writer.Dispose();
            life.Reader.Dispose();
        }
    }

    /// <summary>Tells it to end; does not wait.</summary>
    internal void Stop() => _life.Dispose();

    public async ValueTask DisposeAsync()
    {
        Stop();
        _ = Ready.Exception; // observed
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await Task.WhenAny(_process.Exit, Task.Delay(Timeout.Infinite, patience.Token)).ConfigureAwait(false);
        _process.Kill();
        await _process.Exit.ConfigureAwait(false);
        _process.Dispose();
    }

    private static async Task WaitReadyAsync(Pipe ready, Pipe messages, ChildProcess process)
    {
        var tail = new OutputTail(null);
        var copy = CopyAsync(messages, tail);
        using (ready)
        {
            if (await Pipe.ReadAsync(ready.Reader, new byte[1], CancellationToken.None).ConfigureAwait(false) == 0)
            {
                var code = await process.Exit.ConfigureAwait(false);
                await copy.ConfigureAwait(false);
                throw SandboxDiagnostics.Refused(SandboxDiagnostics.NetworkFailed($"{Program} ended with {code}: {tail}"));
            }
        }
    }

    private static async Task CopyAsync(Pipe messages, OutputTail tail)
    {
        using (messages)
        {
            await OutputCopy.RunAsync(messages.Reader, tail, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
