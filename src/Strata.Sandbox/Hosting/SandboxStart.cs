using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Init;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Native;
using Strata.Sandbox.Network;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Runtimes;

namespace Strata.Sandbox.Hosting;

/// <summary>The way from a reserved place (<see cref="SandboxReservation"/>) and a specification to a running process 1. One thread hop: all mounts and the runtime's start are one action of the mount thread.</summary>
internal sealed class SandboxStart(SandboxParts parts, SandboxSpec spec, HostSetup host)
{
    private const string InitName = ".init";

    private ReadySignal? _ready;
    private Pipe? _messages;

    /// <exception cref="EnvironmentException">With the reason; the caller releases the parts.</exception>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ready = _ready = ReadySignal.Create(host.Runtime.KeepsSockets);
        using var messages = _messages = Pipe.ForReading();
        CreateLowers();
        if (spec.Network)
        {
            parts.Network = SlirpNetwork.Start(parts.Holder!.ProcessId);
        }

        await Task.WhenAll(SetUpNetworkAsync(), parts.MountThread.RunAsync(PrepareAndStart, cancellationToken)).ConfigureAwait(false);
        ready.Writer.Dispose();
        messages.Writer.Dispose();
        await WaitReadyAsync(ready, messages, cancellationToken).ConfigureAwait(false);
    }

    private void CreateLowers()
    {
        try
        {
            parts.Slot.CreateLowers(spec.RootLowers.Count + spec.WorkspaceLowers.Count);
        }
        catch (IOException e)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.DataDirectoryFailed(e.Message), e);
        }
    }

    private void PrepareAndStart()
    {
        parts.Slot.ViewDirectory = host.View.Of(parts.Slot.Directory);
        MountOverlays();
        MountSecrets();
        WriteConfig();
        using var input = OpenLife();
        parts.StateDirectory = host.Runtime.StateDirectory;
        parts.Runtime = ChildProcess.Start(host.Runtime.Run(parts.Slot.Bundle, parts.ProcessIdFile, parts.Id) with
        {
            Descriptors = new Dictionary<int, SafeFileHandle> { [0] = input, [1] = _ready!.Writer, [2] = _messages!.Writer },
        });
    }

    /// <returns>Process 1's end.</returns>
    private SafeFileHandle OpenLife()
    {
        if (host.Runtime.KeepsSockets)
        {
            var (ours, theirs) = SocketCalls.CreatePair();
            parts.Life = ours;
            return theirs;
        }

        var life = Pipe.ForWriting();
        parts.Life = life.Writer;
        return life.Reader;
    }

    private void MountOverlays()
    {
        try
        {
            var next = 0;
            using var userNamespace = parts.Holder!.OpenUserNamespace();
            var lowers = Map(spec.RootLowers, ref next, userNamespace);
            LowerRoot.Copy(lowers[^1], parts.Slot.RootUpper);
            Overlay(lowers, parts.Slot.RootUpper, parts.Slot.RootWork, parts.Slot.Root);
            if (!spec.HasWorkspace)
            {
                return;
            }

            if (spec.WorkspaceLowers.Count == 0)
            {
                BindWorkspace();
            }
            else
            {
                parts.WorkspaceLowers = Map(spec.WorkspaceLowers, ref next, userNamespace);
                Overlay(parts.WorkspaceLowers, parts.Slot.WorkspaceUpper, parts.Slot.WorkspaceWork, parts.Slot.Workspace);
            }
        }
        catch (IOException e)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.OverlayRefused(e.Message), e);
        }
    }

    private List<string> Map(IReadOnlyList<SandboxTree> trees, ref int next, SafeFileHandle userNamespace)
    {
        var lowers = new List<string>(trees.Count);
        foreach (var tree in trees)
        {
            lowers.Add(LowerMount.Place(parts, host, tree, parts.Slot.Lower(next++), userNamespace));
        }

        return lowers;
    }

    private void Overlay(List<string> lowers, string upper, string work, string target)
    {
        new OverlayMount(lowers, upper, work, target, UserXattr: host.Ids.IsNested).Mount();
        parts.MountTargets.Add(target);
    }

    // Nothing below: the upper itself is the workspace, so that both ways look the same to the job and to who reads them.
    private void BindWorkspace()
    {
        if (LibC.Mount(parts.Slot.WorkspaceUpper, parts.Slot.Workspace, null, MountFlags.Bind, null) < 0)
        {
            throw Errno.Failure(parts.Slot.Workspace);
        }

        parts.MountTargets.Add(parts.Slot.Workspace);
    }

    private void MountSecrets()
    {
        if (spec.SecretFiles.Count == 0)
        {
            return;
        }

        try
        {
            SecretFiles.Mount(parts.Slot.Secrets, spec, parts.Ids.HostBase);
            parts.MountTargets.Add(parts.Slot.Secrets);
        }
        catch (IOException e)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.SecretsFailed(e.Message), e);
        }
    }

    private void FindStubs(List<OciMount> mounts)
    {
        using var root = Descriptor.Open(parts.Slot.Root, OpenFlags.Path | OpenFlags.Directory);
        foreach (var mount in mounts)
        {
            if (!Descriptor.ExistsInRoot(root, mount.Destination))
            {
                parts.MountPointStubs.Add(mount.Destination);
            }
        }
    }

    private void AddBinds(List<OciMount> mounts)
    {
        try
        {
            using var root = Descriptor.Open(parts.Slot.Root, OpenFlags.Path | OpenFlags.Directory);
            using var userNamespace = parts.Holder!.OpenUserNamespace();
            var binds = new JobBinds(parts, host, host.CanIdmap ? userNamespace : null, parts.Ids.HostBase);
            if (spec.Site)
            {
                binds.AddSite(mounts, host.Site.Value, root);
            }

            foreach (var bind in spec.Binds)
            {
                binds.Add(mounts, bind);
            }
        }
        catch (IOException e)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.BindRefused(e.Message), e);
        }
    }

    private async Task SetUpNetworkAsync()
    {
        try
        {
            using var network = parts.Holder!.OpenNetworkNamespace();
            await NetworkNamespaceSetup.ApplyAsync(network, spec.Network ? HostAddresses.Read() : []).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.NetworkFailed(e.Message), e);
        }
    }

    private void WriteConfig()
    {
        if (LibC.Link(host.InitPath, $"{parts.Slot.Exchange}/{InitName}") < 0)
        {
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.DataDirectoryFailed(Errno.Failure(parts.Slot.Exchange).Message));
        }

        var hostName = HostName(spec.Name);
        var mounts = JobMounts.List(parts.Slot, spec, hostName, host, parts.Ids.HostBase);
        AddBinds(mounts);
        FindStubs(mounts);
        parts.WorkspaceBinds = [.. mounts.Select(static mount => mount.Destination).Where(static path => path.StartsWith($"{SandboxSpec.WorkspacePath}/", StringComparison.Ordinal))];
        new OciConfig
        {
            RootPath = parts.Slot.Root,
            HostName = hostName,
            Process = new()
            {
                Arguments = [$"{SandboxSpec.ExchangePath}/{InitName}"],
                Environment = new Dictionary<string, string>(),
                WorkingDirectory = "/",
                OpenFilesMax = host.OpenFilesMax,
            },
            Mounts = mounts,
            Ids = parts.Ids,
            UserNamespacePath = parts.Holder!.UserNamespacePath,
            NetworkNamespacePath = parts.Holder.NetworkNamespacePath,
            ControlGroup = parts.ControlGroup?.Path,
            Limits = spec.Limits,
            CompiledSeccomp = host.Seccomp.Find(),
        }.WriteTo($"{parts.Slot.Bundle}/config.json");
    }

    private async Task WaitReadyAsync(ReadySignal ready, Pipe messages, CancellationToken cancellationToken)
    {
        var (isReady, process) = await ready.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!isReady)
        {
            var tail = new OutputTail(null);
            await OutputCopy.RunAsync(messages.Reader, tail, CancellationToken.None).ConfigureAwait(false);
            var code = await parts.Runtime!.Exit.ConfigureAwait(false);
            var why = tail.ToString() is { Length: > 0 } text ? text : string.Create(CultureInfo.InvariantCulture, $"exit code {code}");
            throw SandboxDiagnostics.Refused(SandboxDiagnostics.StartFailed(host.Runtime.Name, why));
        }

        _ = LibC.Unlink($"{parts.Slot.Exchange}/{InitName}");
        var first = process ?? await WaitProcessIdAsync(cancellationToken).ConfigureAwait(false);
        parts.ProcessId = first;
        host.Seccomp.Keep(parts.Id);
        parts.RootDirectory = Descriptor.Open($"/proc/{first}/root", OpenFlags.Path | OpenFlags.Directory);
    }

    // Process 1 may be quicker than the runtime's own bookkeeping.
    private async Task<int> WaitProcessIdAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (parts.ReadProcessId() is { } first)
            {
                return first;
            }

            if (parts.Runtime!.Exit.IsCompleted)
            {
                throw SandboxDiagnostics.Refused(SandboxDiagnostics.StartFailed(host.Runtime.Name, "it ended at once"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Letters, digits, '-', at most 63 (RFC 1123).</summary>
    internal static string HostName(string name)
    {
        Span<char> text = stackalloc char[Math.Min(name.Length, 63)];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = char.IsAsciiLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '-';
        }

        var trimmed = text.Trim('-');
        return trimmed.IsEmpty ? "job" : trimmed.ToString();
    }
}
